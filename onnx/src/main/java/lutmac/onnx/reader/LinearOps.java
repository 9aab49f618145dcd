package lutmac.onnx.reader;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.onnx.model.Constant;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;

/** Fully connected layers and operators that work on single elements or channels. */
final class LinearOps {
  private final ImportContext graph;

  LinearOps(ImportContext graph) {
    this.graph = graph;
  }

  Value batchNormalization(OnnxNode node) {
    if (node.integer("training_mode", 0) != 0) {
      throw new Refusal("it is in training mode; export the model for inference");
    }
    if (node.integer("spatial", 1) == 0) {
      throw new Refusal("spatial=0 normalizes every pixel for itself; only channels are supported");
    }
    double epsilon = node.real("epsilon", 1e-5f);
    int channels = graph.floats(node, 1).size();
    float[] gamma = graph.vector(node, 1, channels);
    float[] beta = graph.vector(node, 2, channels);
    float[] mean = graph.vector(node, 3, channels);
    float[] variance = graph.vector(node, 4, channels);
    Value.View input = graph.unbordered(node, 0);
    int[] order = channelOrder(input, channels);
    double[] scale = new double[channels];
    double[] shift = new double[channels];
    for (int m = 0; m < channels; m++) {
      int c = order[m];
      if (!(variance[c] + epsilon > 0)) {
        throw new Refusal(
            "variance + epsilon of channel %d is %s, not positive"
                .formatted(c, variance[c] + epsilon));
      }
      scale[m] = gamma[c] / Math.sqrt(variance[c] + epsilon);
      shift[m] = beta[c] - mean[c] * scale[m];
    }
    return graph.emitAffine(node, scale, shift, input);
  }

  /**
   * Along the channels: feature maps of one height and width. Seen flattened, {@code [N, C*H*W]},
   * they join the same way, since data are ordered by channel.
   */
  Value concat(OnnxNode node) {
    int inputs = node.proto().getInputCount();
    List<Value.View> views = new ArrayList<>();
    for (int i = 0; i < inputs; i++) {
      if (graph.isKnown(node, i)) {
        throw new Refusal(
            "it joins a feature map and the constant '%s'; only feature maps can be joined"
                .formatted(node.input(i)));
      }
      views.add(graph.unbordered(node, i));
    }
    Value.View first = views.get(0);
    long axis = node.integer("axis", 1);
    int at = (int) (axis < 0 ? axis + first.axes().rank() : axis - 1);
    Shape shape = first.shape();
    int channels = 0;
    for (Value.View view : views) {
      if (view.shape().pixels() != shape.pixels() || view.shape().height() != shape.height()) {
        throw unlike(first, view);
      }
      channels = Math.addExact(channels, view.shape().channels());
    }
    if (views.size() == 1) {
      return first;
    }
    if ((long) channels * shape.pixels() > Integer.MAX_VALUE) {
      throw new Refusal("its output of %d channels is too large".formatted(channels));
    }
    Axes seen =
        Axes.joined(views.stream().map(Value.View::axes).toList(), at)
            .orElseThrow(
                () ->
                    views.stream()
                        .filter(view -> view.axes().rank() != first.axes().rank())
                        .findFirst()
                        .map(view -> unlike(first, view))
                        .orElseGet(
                            () ->
                                new Refusal(
                                    "axis=%d of %s is not the channels of the map %s; join along axis 1"
                                        .formatted(axis, first.dimsText(), shape))));
    Shape joined = new Shape(channels, shape.height(), shape.width());
    List<String> maps = views.stream().map(Value.View::map).toList();
    return graph.emit(node.name(), new FloatOp.Concat(), maps, node.output(), joined).seenBy(seen);
  }

  private static Refusal unlike(Value.View first, Value.View view) {
    return new Refusal(
        "it joins %s of map %s and %s of map %s; only maps of one height and width can be joined: pad or pool them to the same size before"
            .formatted(first.dimsText(), first.shape(), view.dimsText(), view.shape()));
  }

  Value gemm(OnnxNode node) {
    if (node.integer("transA", 0) != 0) {
      throw new Refusal("transA=1 is not supported; transpose in the exporting framework");
    }
    boolean transposed = node.integer("transB", 0) != 0;
    double alpha = node.real("alpha", 1f);
    double beta = node.real("beta", 1f);
    Constant.Floats matrix = matrix(node);
    int outputs = (int) matrix.dims()[transposed ? 0 : 1];
    int inputs = (int) matrix.dims()[transposed ? 1 : 0];
    float[] bias = new float[outputs];
    if (node.hasInput(2)) {
      Constant.Floats c = graph.floats(node, 2);
      long last = c.dims().length == 0 ? 1 : c.dims()[c.dims().length - 1];
      if (c.size() != last || (last != 1 && last != outputs) || c.dims().length > 2) {
        throw new Refusal(
            "its bias '%s' has shape %s; %d outputs need as many"
                .formatted(c.name(), Arrays.toString(c.dims()), outputs));
      }
      for (int o = 0; o < outputs; o++) {
        bias[o] = (float) (beta * c.values()[last == 1 ? 0 : o]);
      }
    }
    return linear(node, matrix, transposed, inputs, outputs, alpha, bias);
  }

  Value matMul(OnnxNode node) {
    if (graph.isKnown(node, 0)) {
      throw new Refusal("its first input is a constant; only map x constant matrix is supported");
    }
    Constant.Floats matrix = matrix(node);
    int outputs = (int) matrix.dims()[1];
    Value.View input = graph.unbordered(node, 0);
    int last = input.axes().rank() - 1;
    if (last > 0
        && input.shape().pixels() > 1
        && input.axes().isChannels(last, input.shape())
        && input.shape().channels() == matrix.dims()[0]) {
      return pointwise(node, matrix, input, outputs);
    }
    if (last > 0 && input.dims()[last] == matrix.dims()[0]) {
      int[] lastFirst = new int[last + 1];
      Arrays.setAll(lastFirst, axis -> axis == 0 ? last : axis - 1);
      Value.View channelsFirst = input.seenBy(input.axes().permuted(lastFirst));
      // Of the network's input, the last axis may be that of channels.
      graph.seeInputAs(channelsFirst);
      if (input.shape().pixels() == 1 && last < 3 && input.shape().size() > matrix.dims()[0]) {
        int[] back = new int[last + 1];
        Arrays.setAll(back, axis -> axis == last ? 0 : axis + 1);
        Value.View map = graph.inPixels(channelsFirst);
        return pointwise(node, matrix, map.seenBy(map.axes().permuted(back)), outputs);
      }
    }
    if (last > 0
        && input.shape().pixels() == matrix.dims()[0]
        && input.shape().channels() > 1
        && input
            .axes()
            .parts()
            .get(last)
            .equals(List.of(new Axes.Part(input.shape().pixels(), 1)))) {
      return ofPixels(node, matrix, input, outputs);
    }
    return linear(node, matrix, false, (int) matrix.dims()[0], outputs, 1.0, new float[outputs]);
  }

  private Constant.Floats matrix(OnnxNode node) {
    Constant.Floats matrix = graph.floats(node, 1);
    if (matrix.dims().length != 2 || matrix.size() == 0) {
      throw new Refusal(
          "its matrix '%s' has shape %s; it must be [inputs, outputs]"
              .formatted(matrix.name(), Arrays.toString(matrix.dims())));
    }
    return matrix;
  }

  /** A 1x1 convolution: the channels come last, and every pixel is multiplied for itself. */
  private Value pointwise(OnnxNode node, Constant.Floats matrix, Value.View input, int outputs) {
    Shape shape = input.shape();
    FloatOp.Conv conv =
        new FloatOp.Conv(
            outputs,
            shape.channels(),
            Window.pointwise(),
            rows(matrix, false, shape.channels(), outputs, 1.0, Axes.inOrder(shape.channels())),
            new float[outputs]);
    Shape made = new Shape(outputs, shape.height(), shape.width());
    List<List<Axes.Part>> parts = new ArrayList<>(input.axes().parts());
    parts.set(parts.size() - 1, Axes.plain(made).parts().get(0));
    return graph
        .emit(node.name(), conv, List.of(input.map()), node.output(), made)
        .seenBy(new Axes(parts));
  }

  /**
   * A grouped convolution whose kernel covers the map: the pixels of every channel are multiplied
   * by the same matrix.
   */
  private Value ofPixels(OnnxNode node, Constant.Floats matrix, Value.View input, int outputs) {
    Shape shape = input.shape();
    int channels = shape.channels();
    int pixels = shape.pixels();
    float[] weights = FloatOp.Conv.room((long) channels * outputs, 1, pixels);
    float[] ofOne = rows(matrix, false, pixels, outputs, 1.0, Axes.inOrder(pixels));
    for (int c = 0; c < channels; c++) {
      System.arraycopy(ofOne, 0, weights, c * ofOne.length, ofOne.length);
    }
    Shape made = new Shape(channels * outputs, 1, 1);
    FloatOp.Conv conv =
        new FloatOp.Conv(
            made.channels(),
            channels,
            channels,
            Window.covering(shape.height(), shape.width()),
            weights,
            new float[made.channels()]);
    List<List<Axes.Part>> parts = new ArrayList<>();
    for (List<Axes.Part> axis : input.axes().parts()) {
      parts.add(
          axis.stream()
              .map(part -> new Axes.Part(part.extent(), part.stride() / pixels * outputs))
              .toList());
    }
    parts.set(parts.size() - 1, List.of(new Axes.Part(outputs, 1)));
    return graph
        .emit(node.name(), conv, List.of(input.map()), node.output(), made)
        .seenBy(new Axes(parts));
  }

  /** A convolution whose kernel covers the feature map that was flattened, in whatever order. */
  private Value linear(
      OnnxNode node,
      Constant.Floats matrix,
      boolean transposed,
      int inputs,
      int outputs,
      double alpha,
      float[] bias) {
    Value.View input = graph.unbordered(node, 0);
    Shape shape = input.shape();
    int[] dims = input.dims();
    if (dims[dims.length - 1] != shape.size() || shape.size() != inputs) {
      throw new Refusal(
          "it multiplies %s by a matrix of %d inputs; flatten the map to [N, %d] before"
              .formatted(input.dimsText(), inputs, inputs));
    }
    FloatOp.Conv conv =
        new FloatOp.Conv(
            outputs,
            shape.channels(),
            Window.covering(shape.height(), shape.width()),
            rows(matrix, transposed, inputs, outputs, alpha, input.axes().elements()),
            bias);
    dims[dims.length - 1] = outputs;
    return graph
        .emit(node.name(), conv, List.of(input.map()), node.output(), new Shape(outputs, 1, 1))
        .as(dims);
  }

  /**
   * Weights {@code [outputs, inputs]} in the order of the map.
   *
   * @param elements for every input of the matrix, which element of the map it is
   */
  private static float[] rows(
      Constant.Floats matrix,
      boolean transposed,
      int inputs,
      int outputs,
      double alpha,
      int[] elements) {
    float[] weights = new float[matrix.size()];
    for (int o = 0; o < outputs; o++) {
      for (int i = 0; i < inputs; i++) {
        double weight = matrix.values()[transposed ? o * inputs + i : i * outputs + o];
        weights[o * inputs + elements[i]] = (float) (alpha * weight);
      }
    }
    return weights;
  }

  /** For every channel of the map, its position along axis 1. */
  private static int[] channelOrder(Value.View input, int channels) {
    Shape shape = input.shape();
    if (shape.channels() != channels || input.dims()[0] != channels) {
      throw new Refusal("it has %d channels but reads %s".formatted(channels, input.dimsText()));
    }
    return input
        .axes()
        .channelPositions(0, shape)
        .orElseThrow(
            () ->
                new Refusal(
                    "axis 1 of %s does not hold the channels of the map %s"
                        .formatted(input.dimsText(), shape)));
  }
}
