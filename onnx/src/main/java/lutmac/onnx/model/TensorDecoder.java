package lutmac.onnx.model;

import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Arrays;

/** Decodes the values of an ONNX {@code TensorProto}, typed or raw. */
final class TensorDecoder {
  private TensorDecoder() {}

  /**
   * Values of {@code tensor}; {@code name} stands in messages.
   *
   * @throws Refusal for element types that no weight has, and data that do not fill the shape
   */
  static Constant decode(TensorProto tensor, String name) {
    long[] dims = new long[tensor.getDimsCount()];
    long volume = 1;
    for (int i = 0; i < dims.length; i++) {
      dims[i] = tensor.getDims(i);
      if (dims[i] < 0 || (dims[i] > 0 && volume > Integer.MAX_VALUE / dims[i])) {
        throw new Refusal(
            "initializer '%s' has the impossible shape %s".formatted(name, Arrays.toString(dims)));
      }
      volume *= dims[i];
    }
    int size = (int) volume;
    TensorProto.DataType type = TensorProto.DataType.forNumber(tensor.getDataType());
    if (type == null) {
      throw new Refusal(
          "initializer '%s' has the unknown element type %d; the file may be damaged"
              .formatted(name, tensor.getDataType()));
    }
    boolean raw = tensor.hasRawData();
    ByteBuffer bytes = raw ? buffer(tensor.getRawData(), name, size, type) : null;
    int typed =
        switch (type) {
          case FLOAT -> tensor.getFloatDataCount();
          case DOUBLE -> tensor.getDoubleDataCount();
          case INT64 -> tensor.getInt64DataCount();
          default -> tensor.getInt32DataCount();
        };
    boolean packed = type == TensorProto.DataType.INT4 || type == TensorProto.DataType.UINT4;
    if (!raw && typed != (packed ? (size + 1) / 2 : size)) {
      throw new Refusal(
          "initializer '%s' holds %d values but its shape %s needs %d; the file may be damaged"
              .formatted(name, typed, Arrays.toString(dims), size));
    }
    return switch (type) {
      case FLOAT, DOUBLE, FLOAT16, BFLOAT16 -> {
        float[] values = new float[size];
        for (int i = 0; i < size; i++) {
          values[i] =
              switch (type) {
                case FLOAT -> raw ? bytes.getFloat(4 * i) : tensor.getFloatData(i);
                case DOUBLE -> (float) (raw ? bytes.getDouble(8 * i) : tensor.getDoubleData(i));
                case BFLOAT16 ->
                    Float.intBitsToFloat(
                        (raw ? bytes.getShort(2 * i) : tensor.getInt32Data(i)) << Short.SIZE);
                default -> half(raw ? bytes.getShort(2 * i) : (short) tensor.getInt32Data(i));
              };
        }
        yield new Constant.Floats(name, dims, values);
      }
      case INT64, INT32, INT16, UINT16, INT8, UINT8, INT4, UINT4, BOOL -> {
        long[] values = new long[size];
        for (int i = 0; i < size; i++) {
          values[i] =
              switch (type) {
                case INT64 -> raw ? bytes.getLong(8 * i) : tensor.getInt64Data(i);
                case INT32 -> raw ? bytes.getInt(4 * i) : tensor.getInt32Data(i);
                case INT16 -> raw ? bytes.getShort(2 * i) : tensor.getInt32Data(i);
                case UINT16 ->
                    raw ? Short.toUnsignedInt(bytes.getShort(2 * i)) : tensor.getInt32Data(i);
                case UINT8 -> raw ? Byte.toUnsignedInt(bytes.get(i)) : tensor.getInt32Data(i);
                case INT4, UINT4 -> nibble(raw, bytes, tensor, i, type);
                default -> raw ? bytes.get(i) : tensor.getInt32Data(i);
              };
        }
        yield new Constant.Integers(name, dims, values, type);
      }
      default ->
          throw new Refusal(
              "initializer '%s' has element type %s; save the network in float32"
                  .formatted(name, type));
    };
  }

  private static ByteBuffer buffer(
      ByteString data, String name, int size, TensorProto.DataType type) {
    long bytes =
        switch (type) {
          case DOUBLE, INT64 -> 8L * size;
          case FLOAT, INT32 -> 4L * size;
          case FLOAT16, BFLOAT16, INT16, UINT16 -> 2L * size;
          case INT4, UINT4 -> (size + 1L) / 2;
          default -> size;
        };
    if (data.size() != bytes) {
      throw new Refusal(
          "initializer '%s' holds %d bytes but its shape needs %d; the file may be damaged"
              .formatted(name, data.size(), bytes));
    }
    return data.asReadOnlyByteBuffer().order(ByteOrder.LITTLE_ENDIAN);
  }

  /** Two values a byte, the first one in the low bits. */
  private static long nibble(
      boolean raw, ByteBuffer bytes, TensorProto tensor, int i, TensorProto.DataType type) {
    int pair = raw ? bytes.get(i / 2) : tensor.getInt32Data(i / 2);
    int value = (i % 2 == 0 ? pair : pair >> 4) & 0xf;
    return type == TensorProto.DataType.INT4 && value > 7 ? value - 16 : value;
  }

  /** IEEE 754 binary16 to float. */
  private static float half(short bits) {
    int sign = (bits & 0x8000) << 16;
    int exponent = (bits >> 10) & 0x1f;
    int fraction = bits & 0x3ff;
    if (exponent == 0) {
      float magnitude = Math.scalb((float) fraction, -24);
      return sign == 0 ? magnitude : -magnitude;
    }
    int wide = exponent == 31 ? 255 : exponent + 127 - 15;
    return Float.intBitsToFloat(sign | (wide << 23) | (fraction << 13));
  }
}
