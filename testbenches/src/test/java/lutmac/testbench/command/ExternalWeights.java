package lutmac.testbench.command;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.InvalidProtocolBufferException;

/** A network that keeps its first initializer in the file {@code split.bin} beside it. */
final class ExternalWeights {
  /** More than any initializer of the example has. */
  static final int BYTES = 1 << 16;

  private ExternalWeights() {}

  static byte[] of(byte[] network) {
    try {
      ModelProto.Builder model = ModelProto.parseFrom(network).toBuilder();
      TensorProto.Builder first = model.getGraphBuilder().getInitializerBuilder(0);
      int length = first.getRawData().size();
      first
          .clearRawData()
          .setDataLocation(TensorProto.DataLocation.EXTERNAL)
          .addExternalData(entry("location", "split.bin"))
          .addExternalData(entry("length", String.valueOf(length)));
      return model.build().toByteArray();
    } catch (InvalidProtocolBufferException e) {
      throw new IllegalStateException("the example is an ONNX file", e);
    }
  }

  private static StringStringEntryProto entry(String key, String value) {
    return StringStringEntryProto.newBuilder().setKey(key).setValue(value).build();
  }
}
