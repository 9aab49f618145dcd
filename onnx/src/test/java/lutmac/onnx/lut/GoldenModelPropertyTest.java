package lutmac.onnx.lut;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OnnxValue;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import lutmac.network.format.TensorFormat;
import lutmac.network.golden.GoldenModel;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.runtime.exec.IntegerExecutor;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.ShrinkingMode;

/**
 * The golden model against an oracle that is not of this project, and the fast model against it.
 */
class GoldenModelPropertyTest {
  /** The kinds of random networks. */
  enum Kind {
    ORDINARY,
    WIDE,
    ANY,
    SEVERAL_OUTPUTS,
    ACTIVATIONS;

    QuantizedNetwork network(long seed) {
      return switch (this) {
        case ORDINARY -> RandomNetworks.network(seed);
        case WIDE -> RandomNetworks.wideNetwork(seed);
        case ANY -> RandomNetworks.anyNetwork(seed);
        case SEVERAL_OUTPUTS -> RandomNetworks.networkOfSeveralOutputs(seed);
        case ACTIVATIONS -> RandomNetworks.networkOfActivations(seed);
      };
    }
  }

  @Property(tries = 250, shrinking = ShrinkingMode.OFF)
  void outputsEqualOnnxRuntimes(@ForAll long seed, @ForAll Kind kind) throws OrtException {
    QuantizedNetwork network = kind.network(seed);
    int[] codes = RandomNetworks.input(network, seed);
    Map<String, int[]> golden = GoldenModel.run(network, codes);
    List<double[]> runtime = onnxRuntime(network, codes);
    assertEquals(network.outputs().size(), runtime.size());
    for (int n = 0; n < runtime.size(); n++) {
      Tensor output = network.outputs().get(n);
      assertReals(output, golden.get(output.name()), runtime.get(n), network.name());
    }
  }

  private static void assertReals(Tensor output, int[] golden, double[] runtime, String network) {
    assertEquals(golden.length, runtime.length);
    for (int i = 0; i < golden.length; i++) {
      int channel = i / output.shape().pixels();
      double real = golden[i] * Math.pow(2, -output.format().frac(channel));
      assertEquals(real, runtime[i], 0.0, "element %d of %s of %s".formatted(i, output, network));
    }
  }

  @Property(tries = 250, shrinking = ShrinkingMode.OFF)
  void fastExecutorMakesTheSameFeatureMaps(@ForAll long seed, @ForAll Kind kind) {
    QuantizedNetwork network = kind.network(seed);
    int[] codes = RandomNetworks.input(network, seed);
    Map<String, int[]> golden = GoldenModel.run(network, codes);
    Map<String, int[]> fast = new IntegerExecutor(network).runAll(codes);
    assertEquals(golden.keySet(), fast.keySet());
    golden.forEach((name, map) -> assertArrayEquals(map, fast.get(name), name));
    List<int[]> outputs = new IntegerExecutor(network).outputs(codes);
    for (int n = 0; n < outputs.size(); n++) {
      assertArrayEquals(golden.get(network.outputs().get(n).name()), outputs.get(n));
    }
  }

  private static List<double[]> onnxRuntime(QuantizedNetwork network, int[] codes)
      throws OrtException {
    Tensor input = network.input().tensor();
    Shape shape = input.shape();
    TensorFormat format = input.format();
    ByteBuffer bytes = ByteBuffer.allocateDirect(codes.length);
    for (int code : codes) {
      bytes.put((byte) code);
    }
    OrtEnvironment environment = OrtEnvironment.getEnvironment();
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      try (OrtSession session =
              environment.createSession(QuantizedOnnx.toModel(network).toByteArray(), options);
          OnnxTensor in =
              OnnxTensor.createTensor(
                  environment,
                  bytes.rewind(),
                  new long[] {1, shape.channels(), shape.height(), shape.width()},
                  format.minCode() < 0 ? OnnxJavaType.INT8 : OnnxJavaType.UINT8);
          OrtSession.Result result = session.run(Map.of(input.name(), in))) {
        List<double[]> outputs = new ArrayList<>();
        for (Map.Entry<String, OnnxValue> output : result) {
          outputs.add(values(output.getValue()));
        }
        return outputs;
      }
    }
  }

  private static double[] values(OnnxValue value) {
    OnnxTensor tensor = (OnnxTensor) value;
    FloatBuffer floats =
        tensor.getInfo().type == OnnxJavaType.FLOAT ? tensor.getFloatBuffer() : null;
    DoubleBuffer doubles = floats == null ? tensor.getDoubleBuffer() : null;
    double[] values = new double[floats == null ? doubles.remaining() : floats.remaining()];
    for (int i = 0; i < values.length; i++) {
      values[i] = floats == null ? doubles.get(i) : floats.get(i);
    }
    return values;
  }
}
