package lutmac.testbench.fuzz;

import ai.onnx.proto.OnnxMl.ModelProto;
import com.google.protobuf.ByteString;
import com.google.protobuf.Descriptors.EnumValueDescriptor;
import com.google.protobuf.Descriptors.FieldDescriptor;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Damages ONNX files field by field, so that they stay such files: operators, names, attributes,
 * shapes, types and values that do not go together.
 */
final class MessageMutator {
  private static final long[] NUMBERS = {
    0,
    1,
    -1,
    2,
    3,
    7,
    13,
    255,
    4096,
    65535,
    65536,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 32,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  private static final float[] REALS = {
    0, -0f, 1, -1, 1e-38f, 3e38f, Float.NaN, Float.POSITIVE_INFINITY, Float.NEGATIVE_INFINITY
  };

  private static final List<String> OPERATORS =
      List.of(
          "Add",
          "Sub",
          "Mul",
          "Div",
          "Neg",
          "Relu",
          "Clip",
          "LeakyRelu",
          "PRelu",
          "Sigmoid",
          "HardSwish",
          "Max",
          "Min",
          "MaxPool",
          "AveragePool",
          "GlobalAveragePool",
          "ReduceMean",
          "ReduceSum",
          "Gemm",
          "MatMul",
          "Concat",
          "Flatten",
          "Reshape",
          "Squeeze",
          "Unsqueeze",
          "Transpose",
          "Pad",
          "Resize",
          "Upsample",
          "DepthToSpace",
          "SpaceToDepth",
          "Slice",
          "Split",
          "Gather",
          "Identity",
          "Dropout",
          "Constant",
          "ConstantOfShape",
          "Range",
          "Shape",
          "Size",
          "Cast",
          "Expand",
          "Tile",
          "Where",
          "Conv",
          "ConvTranspose",
          "BatchNormalization",
          "QuantizeLinear",
          "DequantizeLinear",
          "Softmax",
          "ArgMax",
          "Quant",
          "QLinearConv",
          "Loop");

  private final Random random;

  MessageMutator(Random random) {
    this.random = random;
  }

  /** One to four damages of a model; the bytes themselves if they are none. */
  byte[] damaged(byte[] model) {
    try {
      ModelProto.Builder builder = ModelProto.parseFrom(model).toBuilder();
      List<String> names = new ArrayList<>();
      builder
          .getGraph()
          .getNodeList()
          .forEach(
              node -> {
                names.addAll(node.getInputList());
                names.addAll(node.getOutputList());
              });
      builder.getGraph().getInitializerList().forEach(tensor -> names.add(tensor.getName()));
      names.addAll(OPERATORS);
      int times = 1 + random.nextInt(4);
      for (int i = 0; i < times; i++) {
        damage(builder, names);
      }
      return builder.buildPartial().toByteArray();
    } catch (InvalidProtocolBufferException e) {
      return model;
    }
  }

  /** Walks down to a field somewhere and changes it. */
  private void damage(Message.Builder message, List<String> names) {
    List<FieldDescriptor> set = new ArrayList<>(message.getAllFields().keySet());
    List<FieldDescriptor> all = message.getDescriptorForType().getFields();
    FieldDescriptor field =
        set.isEmpty() || random.nextInt(12) == 0
            ? all.get(random.nextInt(all.size()))
            : set.get(random.nextInt(set.size()));
    if (field.isRepeated()) {
      damageList(message, field, names);
    } else if (field.getJavaType() == FieldDescriptor.JavaType.MESSAGE) {
      if (random.nextInt(16) == 0) {
        message.clearField(field);
      } else {
        Message.Builder part = ((Message) message.getField(field)).toBuilder();
        damage(part, names);
        message.setField(field, part.buildPartial());
      }
    } else if (random.nextInt(8) == 0) {
      message.clearField(field);
    } else {
      message.setField(field, value(field, names));
    }
  }

  private void damageList(Message.Builder message, FieldDescriptor field, List<String> names) {
    int count = message.getRepeatedFieldCount(field);
    boolean parts = field.getJavaType() == FieldDescriptor.JavaType.MESSAGE;
    int at = count == 0 ? 0 : random.nextInt(count);
    int what = count == 0 ? 0 : random.nextInt(parts ? 12 : 6);
    if (what == 0) {
      message.addRepeatedField(
          field,
          parts
              ? count > 0
                  ? message.getRepeatedField(field, at)
                  : message.newBuilderForField(field).buildPartial()
              : value(field, names));
    } else if (what == 1) {
      List<Object> kept = new ArrayList<>((List<?>) message.getField(field));
      kept.remove(at);
      message.setField(field, kept);
    } else if (what == 2) {
      Object first = message.getRepeatedField(field, at);
      int other = random.nextInt(count);
      message.setRepeatedField(field, at, message.getRepeatedField(field, other));
      message.setRepeatedField(field, other, first);
    } else if (parts) {
      Message.Builder part = ((Message) message.getRepeatedField(field, at)).toBuilder();
      damage(part, names);
      message.setRepeatedField(field, at, part.buildPartial());
    } else {
      message.setRepeatedField(field, at, value(field, names));
    }
  }

  private Object value(FieldDescriptor field, List<String> names) {
    long number = NUMBERS[random.nextInt(NUMBERS.length)];
    return switch (field.getJavaType()) {
      case INT -> (int) number;
      case LONG -> number;
      case FLOAT -> REALS[random.nextInt(REALS.length)];
      case DOUBLE -> (double) REALS[random.nextInt(REALS.length)];
      case BOOLEAN -> random.nextBoolean();
      case STRING -> names.get(random.nextInt(names.size()));
      case BYTE_STRING -> bytes(names);
      case ENUM -> {
        List<EnumValueDescriptor> values = field.getEnumType().getValues();
        yield values.get(random.nextInt(values.size()));
      }
      case MESSAGE -> throw new IllegalArgumentException("a message is damaged inside");
    };
  }

  private ByteString bytes(List<String> names) {
    if (random.nextBoolean()) {
      return ByteString.copyFromUtf8(names.get(random.nextInt(names.size())));
    }
    byte[] bytes = new byte[random.nextInt(64)];
    random.nextBytes(bytes);
    return ByteString.copyFrom(bytes);
  }
}
