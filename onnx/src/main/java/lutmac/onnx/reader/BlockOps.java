package lutmac.onnx.reader;

import java.util.List;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Upsampling;
import lutmac.network.shape.Window;
import lutmac.onnx.model.OnnxNode;
import lutmac.onnx.model.Refusal;

/**
 * SpaceToDepth and DepthToSpace (pixel shuffle): blocks of pixels become channels, and channels
 * blocks, by convolutions of ones and zeros that copy.
 */
final class BlockOps {
  private final ImportContext graph;

  BlockOps(ImportContext graph) {
    this.graph = graph;
  }

  /** Channel {@code (by * b + bx) * C + c} is pixel (by, bx) of the blocks of channel c. */
  Value spaceToDepth(OnnxNode node) {
    Value.View input = input(node);
    int block = block(node);
    Shape shape = input.shape();
    if (shape.height() % block != 0 || shape.width() % block != 0) {
      throw new Refusal("blocks of %d pixels do not divide %s".formatted(block, shape));
    }
    int channels = shape.channels();
    int area = block * block;
    float[] weights = FloatOp.Conv.room((long) area * channels, channels, area);
    for (int at = 0; at < area; at++) {
      for (int c = 0; c < channels; c++) {
        weights[((at * channels + c) * channels + c) * area + at] = 1;
      }
    }
    Window window = new Window(block, block, block, block, 0, 0, 0, 0, 1, 1);
    int outputs = area * channels;
    return emit(
        node, input, new FloatOp.Conv(outputs, channels, window, weights, new float[outputs]));
  }

  /** The way back, or, in mode CRD, channel {@code c * b * b + by * b + bx} is that pixel. */
  Value depthToSpace(OnnxNode node) {
    Value.View input = input(node);
    int block = block(node);
    int area = block * block;
    String mode = node.text("mode", "DCR");
    if (!mode.equals("DCR") && !mode.equals("CRD")) {
      throw new Refusal("mode '%s' is unknown".formatted(mode));
    }
    boolean byChannel = mode.equals("CRD");
    int inputs = input.shape().channels();
    if (inputs % area != 0) {
      throw new Refusal("%d channels are no blocks of %dx%d".formatted(inputs, block, block));
    }
    int[] from = new int[inputs];
    for (int c = 0; c < inputs / area; c++) {
      for (int at = 0; at < area; at++) {
        from[c * area + at] = byChannel ? c * area + at : at * (inputs / area) + c;
      }
    }
    return emit(node, input, inPixels(from, new Shape(inputs / area, block, block)));
  }

  /**
   * What makes blocks of pixels of the channels of one pixel.
   *
   * @param from the channel that becomes each element of a block, row major over {@code [C, H, W]}
   * @param block channels that are made, rows and columns of a block
   */
  static FloatOp.Conv inPixels(int[] from, Shape block) {
    int channels = block.channels();
    int area = block.pixels();
    boolean byChannel = true;
    for (int i = 0; i < from.length; i++) {
      byChannel &= from[i] / area == i / area;
    }
    int groups = byChannel ? channels : 1;
    int groupInputs = from.length / groups;
    float[] weights = FloatOp.Conv.room(channels, groupInputs, area);
    for (int i = 0; i < from.length; i++) {
      int c = i / area;
      // The kernel is turned round: the first tap is of the block's last pixel.
      weights[(c * groupInputs + from[i] % groupInputs) * area + area - 1 - i % area] = 1;
    }
    int down = block.height() - 1;
    int right = block.width() - 1;
    Window window =
        new Window(
            block.height(),
            block.width(),
            1,
            1,
            down,
            right,
            down,
            right,
            1,
            1,
            new Upsampling(block.height(), block.width(), Upsampling.Filling.ZEROS));
    return new FloatOp.Conv(channels, from.length, groups, window, weights, new float[channels]);
  }

  private Value.View input(OnnxNode node) {
    Value.View input = graph.channelsInOrder(graph.planar(node, 0));
    if (input.signal()) {
      throw new Refusal("it reads %s, which has no height".formatted(input.dimsText()));
    }
    return input;
  }

  private static int block(OnnxNode node) {
    long block = node.integer("blocksize", 0);
    if (block < 1 || block > Short.MAX_VALUE) {
      throw new Refusal("blocksize is %d".formatted(block));
    }
    return (int) block;
  }

  private Value.View emit(OnnxNode node, Value.View input, FloatOp.Conv conv) {
    Shape made = ImportContext.outputShape(conv.window(), input.shape(), conv.outChannels());
    Value.View view = graph.emit(node.name(), conv, List.of(input.map()), node.output(), made);
    if (graph.isNonNegative(input.map())) {
      graph.markNonNegative(node.output());
    }
    return view;
  }
}
