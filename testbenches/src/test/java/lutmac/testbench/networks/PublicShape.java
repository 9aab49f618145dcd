package lutmac.testbench.networks;

import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Random;
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
  },

  /** MobileNetV3 of PyTorch, with HardSwish in two nodes and without squeeze-and-excite. */
  MOBILENET_V3(3, 16, 16) {
    @Override
    void build(TestGraph graph) {
      hardSwish(graph, "x", "a", 8, 3, 1, 3, 2);
      hardSwish(graph, "a", "b", 16, 8, 1, 1, 1);
      hardSwish(graph, "b", "c", 16, 1, 16, 3, 1);
      conv(graph, "c", "d", 8, 16, 1, 1, 1);
      graph.node("Add", "add", "d a", "e");
      hardSwish(graph, "e", "f", 24, 8, 1, 1, 1);
      hardSwish(graph, "f", "g", 24, 1, 24, 5, 2);
      conv(graph, "g", "h", 12, 24, 1, 1, 1);
      hardSwish(graph, "h", "i", 24, 12, 1, 1, 1);
      graph
          .node("GlobalAveragePool", "mean", "i", "m")
          .node("Flatten", "flatten", "m", "f1")
          .weights("w1", 16, 24)
          .weights("b1", 16)
          .node("Gemm", "fc1", "f1 w1 b1", "j", "transB", 1L)
          .node("HardSigmoid", "j/gate", "j", "j.g", "alpha", 1f / 6)
          .node("Mul", "j/swish", "j j.g", "k")
          .weights("w2", 5, 16)
          .weights("b2", 5)
          .node("Gemm", "fc2", "k w2 b2", "y", "transB", 1L);
    }

    private void hardSwish(
        TestGraph graph,
        String from,
        String to,
        int out,
        int in,
        int groups,
        int kernel,
        int stride) {
      conv(graph, from, to + ".c", out, in, groups, kernel, stride);
      graph
          .node("HardSigmoid", to + "/gate", to + ".c", to + ".g", "alpha", 1f / 6)
          .node("Mul", to + "/swish", to + ".c " + to + ".g", to);
    }
  },

  /** A YOLO of PyTorch: SiLU, blocks that split and join, pools in a row, two scales. */
  YOLO(3, 32, 32) {
    @Override
    void build(TestGraph graph) {
      graph.output("fine");
      silu(graph, "x", "a", 8, 3, 3, 2);
      silu(graph, "a", "b", 12, 8, 3, 2);
      split(graph, "b", "c", 12, 12);
      silu(graph, "c", "d", 16, 12, 3, 2);
      silu(graph, "d", "e", 8, 16, 1, 1);
      pool(graph, "e", "e1");
      pool(graph, "e1", "e2");
      pool(graph, "e2", "e3");
      graph.node("Concat", "pools", "e e1 e2 e3", "ej", "axis", 1L);
      silu(graph, "ej", "f", 16, 32, 1, 1);
      graph
          .floats("scales", new float[] {1, 1, 2, 2}, 4)
          .node(
              "Resize",
              "up",
              "f - scales",
              "u",
              "coordinate_transformation_mode",
              "asymmetric",
              "mode",
              "nearest",
              "nearest_mode",
              "floor")
          .node("Concat", "join", "u c", "j", "axis", 1L);
      split(graph, "j", "g", 28, 12);
      conv(graph, "f", "y", 14, 16, 1, 1, 1);
      conv(graph, "g", "fine", 14, 12, 1, 1, 1);
    }

    /** One half goes through two convolutions, and all are joined. */
    private void split(TestGraph graph, String from, String to, int in, int out) {
      silu(graph, from, to + ".a", out, in, 1, 1);
      int half = out / 2;
      String halves = to + ".halves";
      graph
          .integers(halves, half, half)
          .node("Split", to + "/split", to + ".a " + halves, to + ".l " + to + ".r", "axis", 1L);
      silu(graph, to + ".r", to + ".b", half, half, 3, 1);
      silu(graph, to + ".b", to + ".c", half, half, 3, 1);
      graph
          .node("Add", to + "/add", to + ".r " + to + ".c", to + ".s")
          .node(
              "Concat", to + "/concat", to + ".l " + to + ".r " + to + ".s", to + ".j", "axis", 1L);
      silu(graph, to + ".j", to, out, out + half, 1, 1);
    }

    private void pool(TestGraph graph, String from, String to) {
      graph.node("MaxPool", to, from, to, "kernel_shape", ints(5, 5), "pads", ints(2, 2, 2, 2));
    }

    private void silu(
        TestGraph graph, String from, String to, int out, int in, int kernel, int stride) {
      conv(graph, from, to + ".y", out, in, 1, kernel, stride);
      graph
          .node("Sigmoid", to + "/gate", to + ".y", to + ".g")
          .node("Mul", to + "/silu", to + ".y " + to + ".g", to);
    }
  },

  /** A U-Net of PyTorch: two convolutions a level, up by a transposed convolution. */
  UNET(1, 16, 16) {
    @Override
    void build(TestGraph graph) {
      twice(graph, "x", "a", 1, 8);
      graph.node("MaxPool", "down", "a", "p", "kernel_shape", ints(2, 2), "strides", ints(2, 2));
      twice(graph, "p", "b", 8, 16);
      graph
          .weights("up.weight", 16, 8, 2, 2)
          .weights("up.bias", 8)
          .node(
              "ConvTranspose",
              "up",
              "b up.weight up.bias",
              "u",
              "kernel_shape",
              ints(2, 2),
              "strides",
              ints(2, 2))
          .node("Concat", "concat", "a u", "j", "axis", 1L);
      twice(graph, "j", "c", 16, 8);
      conv(graph, "c", "y", 3, 8, 1, 1, 1);
    }

    private void twice(TestGraph graph, String from, String to, int in, int out) {
      conv(graph, from, to + ".1", out, in, 1, 3, 1);
      graph.node("Relu", to + "/relu1", to + ".1", to + ".2");
      conv(graph, to + ".2", to + ".3", out, out, 1, 3, 1);
      graph.node("Relu", to + "/relu2", to + ".3", to);
    }
  },

  /** A decoder: a dense layer makes a map, a transposed convolution a larger one. */
  DECODER(16) {
    @Override
    void build(TestGraph graph) {
      graph
          .weights("w0", 16, 96)
          .node("MatMul", "dense", "x w0", "a")
          .node("Relu", "relu0", "a", "ar")
          .integers("map", -1, 6, 4, 4)
          .node("Reshape", "reshape", "ar map", "m")
          .weights("w1", 6, 8, 2, 2)
          .node("ConvTranspose", "up", "m w1", "b", "strides", ints(2, 2))
          .node("Relu", "relu1", "b", "br");
      conv(graph, "br", "y", 2, 8, 1, 3, 1);
    }
  },

  /** An MLP-Mixer: dense layers across pixels and across channels in turn. */
  MIXER(3, 12, 12) {
    @Override
    void build(TestGraph graph) {
      graph
          .weights("w0", 8, 3, 4, 4)
          .integers("rows", 0, 8, 9)
          .weights("w1", 9, 9)
          .weights("w2", 8, 10)
          .weights("b2", 10)
          .weights("w3", 10, 5)
          .node("Conv", "patches", "x w0", "a", "strides", ints(4, 4))
          .node("Reshape", "reshape", "a rows", "t")
          .node("MatMul", "across", "t w1", "b")
          .node("Relu", "relu1", "b", "br")
          .node("Transpose", "turn", "br", "c", "perm", new long[] {0, 2, 1})
          .node("MatMul", "channels", "c w2", "d")
          .node("Add", "bias", "d b2", "e")
          .node("Relu", "relu2", "e", "er")
          .node("ReduceMean", "mean", "er", "m", "axes", ints(1), "keepdims", 0L)
          .node("MatMul", "classes", "m w3", "y");
    }
  },

  /** A network of pictures that pads by reflection. */
  REFLECTING(3, 8, 8) {
    @Override
    void build(TestGraph graph) {
      graph
          .integers("one", 0, 0, 1, 1, 0, 0, 1, 1)
          .weights("w0", 8, 3, 3, 3)
          .weights("w1", 3, 8, 3, 3)
          .node("Pad", "pad0", "x one", "p", "mode", "reflect")
          .node("Conv", "conv0", "p w0", "a")
          .node("Relu", "relu", "a", "ar")
          .node("Pad", "pad1", "ar one", "q", "mode", "reflect")
          .node("Conv", "conv1", "q w1", "y");
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

  /**
   * A convolution that keeps the extents but for its stride.
   *
   * @param in channels of a group
   */
  private static void conv(
      TestGraph graph,
      String from,
      String to,
      int out,
      int in,
      int groups,
      int kernel,
      int stride) {
    // Sums of the size of their terms: activation functions then see their bends.
    float[] weights = new float[out * in * kernel * kernel];
    Random random = new Random(to.hashCode());
    for (int i = 0; i < weights.length; i++) {
      weights[i] = (float) (random.nextGaussian() * Math.sqrt(2.0 / (in * kernel * kernel)));
    }
    int pad = kernel / 2;
    graph
        .floats(to + ".weight", weights, out, in, kernel, kernel)
        .weights(to + ".bias", out)
        .node(
            "Conv",
            to + "/conv",
            "%s %s.weight %s.bias".formatted(from, to, to),
            to,
            "group",
            (long) groups,
            "strides",
            ints(stride, stride),
            "pads",
            ints(pad, pad, pad, pad));
  }

  private static long[] ints(long... values) {
    return values;
  }
}
