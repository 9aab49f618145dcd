package lutmac.generator.program;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/** Builds networks of a given shape with bell-shaped random weights, layer by layer. */
final class Networks {
  /** Sixteen levels of at most two signed digits. */
  static final Codebook TWO_DIGITS =
      new Codebook(List.of(0, 4, 9, 15, 24, 36, 56, 96, 120, -4, -9, -15, -24, -36, -56, -96));

  static final FixedFormat BYTE = new FixedFormat(8, 0, false);

  private final Random random = new Random(1);
  private final List<QuantizedLayer> layers = new ArrayList<>();
  private final Tensor input;
  private Codebook codebook = TWO_DIGITS;
  private Tensor newest;

  Networks(Shape shape, int padCode) {
    input = new Tensor("image", shape, BYTE, Collections.nCopies(shape.channels(), padCode));
    newest = input;
  }

  static Window square(int kernel, int stride, int pad) {
    return new Window(kernel, kernel, stride, stride, pad, pad, pad, pad, 1, 1);
  }

  Networks codebook(Codebook next) {
    codebook = next;
    return this;
  }

  Networks conv(String name, int channels, Window window) {
    return conv(name, newest, channels, window, Optional.empty());
  }

  Networks conv(String name, Tensor source, int channels, Window window, Optional<Tensor> skip) {
    Shape shape = window.outputShape(source.shape(), channels);
    Tensor output = Tensor.zeroPadded(name + "_out", shape, BYTE);
    List<Integer> shifts = Collections.nCopies(channels, 9);
    return add(
        name, source, output, window, skip, false, new OutputStage.Requantize(shifts, 0, 255));
  }

  Networks pool(String name, Window window) {
    Shape shape = window.outputShape(newest.shape(), newest.shape().channels());
    Tensor output = Tensor.zeroPadded(name + "_out", shape, newest.format());
    layers.add(new MaxPoolLayer(name, newest, output, window));
    newest = output;
    return this;
  }

  Networks accumulators(String name, int channels, boolean sumPixels) {
    Shape in = newest.shape();
    Window window = sumPixels ? Window.pointwise() : Window.covering(in.height(), in.width());
    Tensor output =
        Tensor.zeroPadded(
            name + "_out",
            new Shape(channels, 1, 1),
            new AccumulatorFormat(Collections.nCopies(channels, 0)));
    return add(
        name, newest, output, window, Optional.empty(), sumPixels, new OutputStage.Accumulators());
  }

  private Networks add(
      String name,
      Tensor source,
      Tensor output,
      Window window,
      Optional<Tensor> skip,
      boolean sumPixels,
      OutputStage stage) {
    int channels = output.shape().channels();
    byte[] codes = new byte[channels * source.shape().channels() * window.kernelArea()];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = bellShapedCode();
    }
    layers.add(
        new MacLayer(
            name,
            source,
            output,
            skip.map(tensor -> new Skip(tensor, Collections.nCopies(channels, 8))),
            window,
            sumPixels,
            codebook,
            codes,
            new int[channels],
            stage));
    newest = output;
    return this;
  }

  /** Code of the level next to a normally distributed weight. */
  private byte bellShapedCode() {
    double weight = random.nextGaussian() * 32;
    byte best = 0;
    for (byte code = 1; code < codebook.levels().size(); code++) {
      if (Math.abs(codebook.level(code) - weight) < Math.abs(codebook.level(best) - weight)) {
        best = code;
      }
    }
    return best;
  }

  Tensor newest() {
    return newest;
  }

  QuantizedNetwork build() {
    return new QuantizedNetwork(
        "test",
        new InputEncoding(input, Preprocessing.none(), true),
        layers,
        Rounding.HALF_EVEN,
        Map.of());
  }

  /** The shape of ResNet-20 for CIFAR-10. */
  static QuantizedNetwork resNet20() {
    Networks net = new Networks(new Shape(3, 32, 32), 0);
    net.conv("stem", 16, square(3, 1, 1));
    for (int stage = 0; stage < 3; stage++) {
      int channels = 16 << stage;
      for (int block = 0; block < 3; block++) {
        int stride = stage > 0 && block == 0 ? 2 : 1;
        String name = "stage%d_block%d".formatted(stage, block);
        Tensor source = net.newest();
        Tensor shortcut = source;
        if (stride == 2) {
          net.conv(name + "_shortcut", source, channels, square(1, 2, 0), Optional.empty());
          shortcut = net.newest();
        }
        net.conv(name + "_a", source, channels, square(3, stride, 1), Optional.empty());
        net.conv(name + "_b", net.newest(), channels, square(3, 1, 1), Optional.of(shortcut));
      }
    }
    return net.accumulators("classifier", 10, true).build();
  }

  /** The shape of LeNet-5 for MNIST. */
  static QuantizedNetwork leNet5() {
    return new Networks(new Shape(1, 28, 28), 0)
        .conv("c1", 6, square(5, 1, 2))
        .pool("s2", square(2, 2, 0))
        .conv("c3", 16, square(5, 1, 0))
        .pool("s4", square(2, 2, 0))
        .conv("f5", 120, Window.covering(5, 5))
        .conv("f6", 84, Window.pointwise())
        .accumulators("f7", 10, false)
        .build();
  }
}
