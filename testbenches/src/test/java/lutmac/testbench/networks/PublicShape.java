package lutmac.testbench.networks;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import lutmac.onnx.model.TestGraph;

/** Files of small networks as exporters write them, with seeded weights. */
public enum PublicShape {
  /** A MobileNet of Keras: channels last, ReLU6, a dense layer as MatMul and Add. */
  KERAS_MOBILENET(12, 12, 3) {
    @Override
    void build(TestGraph graph) {
      graph.floats("zero", new float[] {0}).floats("six", new float[] {6});
      graph
          .node("Transpose", "in", "x", "t", "perm", new long[] {0, 3, 1, 2})
          .weights("w0", 8, 3, 3, 3)
          .weights("b0", 8)
          .node("Conv", "conv", "t w0 b0", "a", "strides", ints(2, 2), "pads", ints(0, 0, 1, 1))
          .node("Clip", "conv_relu6", "a zero six", "ar")
          .weights("w1", 8, 1, 3, 3)
          .weights("b1", 8)
          .node("Conv", "depthwise", "ar w1 b1", "d", "group", 8L, "pads", ints(1, 1, 1, 1))
          .node("Clip", "depthwise_relu6", "d zero six", "dr")
          .weights("w2", 12, 8, 1, 1)
          .weights("b2", 12)
          .node("Conv", "pointwise", "dr w2 b2", "p")
          .node("Clip", "pointwise_relu6", "p zero six", "pr")
          .node("Transpose", "out", "pr", "s", "perm", new long[] {0, 2, 3, 1})
          .node("ReduceMean", "mean", "s", "m", "axes", ints(1, 2), "keepdims", 0L)
          .weights("w3", 12, 5)
          .weights("b3", 5)
          .node("MatMul", "dense", "m w3", "f")
          .node("Add", "dense_bias", "f b3", "y");
    }
  },

  /** The block of the CIFAR ResNets of the paper: "option A", a shortcut of slices and zeros. */
  CIFAR_OPTION_A(3, 12, 12) {
    @Override
    void build(TestGraph graph) {
      graph
          .weights("w0", 8, 3, 3, 3)
          .node("Conv", "conv1", "x w0", "a", "pads", ints(1, 1, 1, 1))
          .node("Relu", "relu1", "a", "ar")
          .weights("w1", 16, 8, 3, 3)
          .node("Conv", "conv2", "ar w1", "b", "strides", ints(2, 2), "pads", ints(1, 1, 1, 1))
          .node("Relu", "relu2", "b", "br")
          .weights("w2", 16, 16, 3, 3)
          .node("Conv", "conv3", "br w2", "c", "pads", ints(1, 1, 1, 1))
          .integers("from", 0, 0)
          .integers("to", Long.MAX_VALUE, Long.MAX_VALUE)
          .integers("axes", 2, 3)
          .integers("steps", 2, 2)
          .node("Slice", "every_other", "ar from to axes steps", "e")
          .integers("around", 0, 4, 0, 0, 0, 4, 0, 0)
          .node("Pad", "more_channels", "e around", "q")
          .node("Add", "add", "c q", "s")
          .node("Relu", "relu3", "s", "sr")
          .node("GlobalAveragePool", "mean", "sr", "m")
          .node("Flatten", "flatten", "m", "f")
          .weights("w3", 5, 16)
          .weights("b3", 5)
          .node("Gemm", "fc", "f w3 b3", "y", "transB", 1L);
    }
  },

  /** A unit of ShuffleNet: a split, grouped and depthwise convolutions, a shuffle. */
  SHUFFLENET(3, 8, 8) {
    @Override
    void build(TestGraph graph) {
      graph
          .weights("w0", 8, 3, 3, 3)
          .node("Conv", "conv", "x w0", "a", "pads", ints(1, 1, 1, 1))
          .node("Relu", "relu", "a", "ar")
          .node("Split", "split", "ar", "left right", "axis", 1L)
          .weights("w1", 4, 4, 1, 1)
          .node("Conv", "pointwise1", "right w1", "b")
          .node("Relu", "relu1", "b", "br")
          .weights("w2", 4, 1, 3, 3)
          .node("Conv", "depthwise", "br w2", "c", "group", 4L, "pads", ints(1, 1, 1, 1))
          .weights("w3", 4, 4, 1, 1)
          .node("Conv", "pointwise2", "c w3", "d")
          .node("Relu", "relu2", "d", "dr")
          .node("Concat", "concat", "left dr", "j", "axis", 1L)
          .integers("halves", -1, 2, 4, 8, 8)
          .node("Reshape", "two_halves", "j halves", "h")
          .node("Transpose", "swap", "h", "t", "perm", new long[] {0, 2, 1, 3, 4})
          .integers("whole", -1, 8, 8, 8)
          .node("Reshape", "shuffled", "t whole", "s")
          .weights("w4", 8, 4, 1, 1)
          .node("Conv", "grouped", "s w4", "g", "group", 2L)
          .node("Relu", "relu3", "g", "gr")
          .node("GlobalAveragePool", "mean", "gr", "m")
          .node("Flatten", "flatten", "m", "f")
          .weights("w5", 5, 8)
          .weights("b5", 5)
          .node("Gemm", "classes", "f w5 b5", "y", "transB", 1L);
    }
  },

  /** A class and a map of boxes. */
  TWO_HEADS(3, 8, 8) {
    @Override
    void build(TestGraph graph) {
      graph
          .output("boxes")
          .weights("w0", 8, 3, 3, 3)
          .node("Conv", "conv", "x w0", "a", "strides", ints(2, 2), "pads", ints(1, 1, 1, 1))
          .node("LeakyRelu", "leaky", "a", "ar", "alpha", 0.1f)
          .weights("w1", 6, 8, 1, 1)
          .node("Conv", "boxes", "ar w1", "boxes")
          .node("GlobalAveragePool", "mean", "ar", "m")
          .node("Flatten", "flatten", "m", "f")
          .weights("w2", 5, 8)
          .weights("b2", 5)
          .node("Gemm", "classes", "f w2 b2", "y", "transB", 1L);
    }
  },

  /** As PyTorch exports: its weights lie in a file of their own. */
  PYTORCH_EXTERNAL_DATA(3, 8, 8) {
    @Override
    void build(TestGraph graph) {
      graph
          .weights("conv.weight", 8, 3, 3, 3)
          .weights("conv.bias", 8)
          .node("Conv", "conv", "x conv.weight conv.bias", "a", "pads", ints(1, 1, 1, 1))
          .node("Relu", "relu", "a", "ar")
          .node("MaxPool", "pool", "ar", "p", "kernel_shape", ints(2, 2), "strides", ints(2, 2))
          .node("Flatten", "flatten", "p", "f")
          .weights("fc.weight", 5, 128)
          .weights("fc.bias", 5)
          .node("Gemm", "fc", "f fc.weight fc.bias", "y", "transB", 1L);
    }

    @Override
    void store(TestGraph graph, Path directory) throws IOException {
      String name = "model.onnx.data";
      long offset = 0;
      try (var out = Files.newOutputStream(directory.resolve(name))) {
        for (TensorProto.Builder tensor : graph.proto().getInitializerBuilderList()) {
          byte[] values = tensor.getRawData().toByteArray();
          out.write(values);
          tensor
              .clearRawData()
              .setDataLocation(TensorProto.DataLocation.EXTERNAL)
              .addExternalData(entry("location", name))
              .addExternalData(entry("offset", Long.toString(offset)))
              .addExternalData(entry("length", Integer.toString(values.length)));
          offset += values.length;
        }
      }
    }

    private StringStringEntryProto.Builder entry(String key, String value) {
      return StringStringEntryProto.newBuilder().setKey(key).setValue(value);
    }
  },

  /** Convolutions along a signal of two channels. */
  SIGNAL(2, 32) {
    @Override
    void build(TestGraph graph) {
      graph
          .weights("w0", 8, 2, 5)
          .node("Conv", "conv1", "x w0", "a", "strides", ints(2), "pads", ints(2, 2))
          .node("Relu", "relu1", "a", "ar")
          .node("MaxPool", "pool", "ar", "p", "kernel_shape", ints(2), "strides", ints(2))
          .weights("w1", 8, 8, 3)
          .node("Conv", "conv2", "p w1", "b", "pads", ints(1, 1))
          .node("Relu", "relu2", "b", "br")
          .node("GlobalAveragePool", "mean", "br", "m")
          .node("Flatten", "flatten", "m", "f")
          .weights("w2", 5, 8)
          .weights("b2", 5)
          .node("Gemm", "fc", "f w2 b2", "y", "transB", 1L);
    }
  },

  /** Dense layers on rows of features. */
  MLP(16) {
    @Override
    void build(TestGraph graph) {
      graph
          .weights("w0", 24, 16)
          .weights("b0", 24)
          .node("Gemm", "fc1", "x w0 b0", "a", "transB", 1L)
          .node("Relu", "relu1", "a", "ar")
          .weights("w1", 12, 24)
          .weights("b1", 12)
          .node("Gemm", "fc2", "ar w1 b1", "b", "transB", 1L)
          .node("Relu", "relu2", "b", "br")
          .weights("w2", 5, 12)
          .weights("b2", 5)
          .node("Gemm", "fc3", "br w2 b2", "y", "transB", 1L);
    }
  };

  private final int[] input;

  PublicShape(int... input) {
    this.input = input;
  }

  abstract void build(TestGraph graph);

  /** Extents of an image in its file, without the batch. */
  public int[] input() {
    return input.clone();
  }

  /** The graph, with all its weights in it. */
  public TestGraph graph() {
    TestGraph graph = new TestGraph(13, input);
    build(graph);
    return graph;
  }

  /** Writes {@code model.onnx}. */
  public Path write(Path directory) {
    TestGraph graph = graph();
    try {
      store(graph, directory);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return graph.write(directory);
  }

  /** Writes what lies beside the model. */
  void store(TestGraph graph, Path directory) throws IOException {}

  private static long[] ints(long... values) {
    return values;
  }
}
