package lutmac.sim;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Random;
import java.util.stream.IntStream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.pe.CsdStyle;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.InputFold;
import lutmac.generator.program.InputLayout;
import lutmac.generator.program.InputView;
import lutmac.generator.program.LayerPlacement;
import lutmac.generator.program.PixelGrid;
import lutmac.network.format.AccumulatorFormat;
import lutmac.network.format.Codebook;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.Rounding;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.sim.verilator.RtlSources;

/**
 * A network that copies its input three times and the stand-in hardware that does so, with a fault
 * on demand. The network has layers {@code first}, {@code second} and {@code last}; the last one
 * returns its accumulators.
 */
final class CopyDesign {
  private static final int HEIGHT = 3;
  private static final int WIDTH = 5;
  static final int PIXELS = HEIGHT * WIDTH;
  private static final int FIRST = 100;
  private static final int SECOND = 200;
  private static final int LAST = 300;

  /** What the stand-in does wrong; the numbers are those of {@code stand_in_top.sv}. */
  enum Fault {
    NONE(0),
    FLIP_BIT(1),
    DO_NOT_WRITE(2),
    WRITE_TWICE(3),
    HANG(4),
    WRITE_ELSEWHERE(5),
    DO_NOT_STORE(6),
    FINISH(7),
    ADD_PARAMETER(8),
    ADD_UNINITIALISED(9),
    BREAK_ASSERTION(10),
    WRITE_THREE_QUARTERS(11),
    STOP_ANSWERING(12),
    WRITE_FOR_EVER(13);

    private final int number;

    Fault(int number) {
      this.number = number;
    }
  }

  private final int cols;
  private final int channels;

  /** A stand-in with {@code cols} lanes and a network with as many channels as that or fewer. */
  CopyDesign(int cols, int channels) {
    this.cols = cols;
    this.channels = channels;
  }

  RtlSources rtl() {
    try (InputStream in = CopyDesign.class.getResourceAsStream("stand_in_top.sv")) {
      String text =
          new String(Objects.requireNonNull(in).readAllBytes(), StandardCharsets.UTF_8)
              .replace("Cols = 4", "Cols = " + cols);
      return new RtlSources(Map.of("stand_in_top.sv", text));
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  CompiledNetwork sound() {
    return withFault(0, Fault.NONE, 0);
  }

  CompiledNetwork withFault(int layer, Fault fault, int word) {
    QuantizedNetwork network = network();
    int[] program = {
      0, FIRST, PIXELS, 0, FIRST, SECOND, PIXELS, 0, SECOND, LAST, PIXELS | 3 << 16, 0
    };
    program[4 * layer + 3] = fault.number | word << 8;
    byte[] parameters = new byte[(42 * cols + 7) / 8];
    parameters[1] = 3;
    AcceleratorConfig config =
        new AcceleratorConfig(1, cols, new CsdStyle(), 20, 1024, 64, 16, 256);
    List<LayerPlacement> layers = new ArrayList<>();
    int[] addresses = {FIRST, SECOND, LAST};
    for (QuantizedLayer each : network.layers()) {
      int index = layers.size();
      layers.add(
          new LayerPlacement(
              index,
              each.name(),
              each.output(),
              addresses[index],
              index == 2 ? 4 * PIXELS : PIXELS,
              index == 2,
              PIXELS,
              Byte.SIZE,
              0,
              List.of(lanes()),
              PixelGrid.whole(each.output().shape()),
              index == 2));
    }
    return new CompiledNetwork(
        network,
        config,
        program,
        new byte[(4 * cols + 7) / 8],
        parameters,
        List.of(new Input()),
        Optional.empty(),
        List.of(),
        layers,
        Optional.empty());
  }

  /** The channels of a word's lanes. */
  private List<Integer> lanes() {
    return IntStream.range(0, cols)
        .mapToObj(lane -> lane < channels ? lane : LayerPlacement.HOLE)
        .toList();
  }

  QuantizedNetwork network() {
    Shape shape = new Shape(channels, HEIGHT, WIDTH);
    FixedFormat format = new FixedFormat(8, 0, false);
    Tensor in = Tensor.zeroPadded("in", shape, format);
    Tensor a = Tensor.zeroPadded("a", shape, format);
    Tensor b = Tensor.zeroPadded("b", shape, format);
    List<Integer> zeros = java.util.Collections.nCopies(channels, 0);
    Tensor out = Tensor.zeroPadded("out", shape, new AccumulatorFormat(zeros));
    OutputStage codes = new OutputStage.Requantize(zeros, 0, 255);
    return new QuantizedNetwork(
        "copy",
        new InputEncoding(in, Preprocessing.none(), true),
        List.of(
            copy("first", in, a, codes),
            copy("second", a, b, codes),
            copy("last", b, out, new OutputStage.Accumulators())),
        Rounding.HALF_EVEN,
        Map.of());
  }

  private MacLayer copy(String name, Tensor from, Tensor to, OutputStage stage) {
    byte[] codes = new byte[channels * channels];
    for (int c = 0; c < channels; c++) {
      codes[c * channels + c] = 1;
    }
    return new MacLayer(
        name,
        from,
        to,
        Optional.empty(),
        Window.pointwise(),
        false,
        new Codebook(List.of(0, 1)),
        codes,
        new int[channels],
        stage);
  }

  /** Random images. */
  List<int[]> images(int count) {
    Random random = new Random(7);
    List<int[]> images = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      images.add(random.ints((long) channels * PIXELS, 0, 256).toArray());
    }
    return images;
  }

  private final class Input implements InputView {
    @Override
    public int baseAddress() {
      return 0;
    }

    @Override
    public int words() {
      return PIXELS;
    }

    @Override
    public InputLayout layout() {
      return new InputLayout(InputFold.PLAIN, channels, HEIGHT, WIDTH, 1, 1, 1, 1, 1, 1, 0, 0);
    }

    @Override
    public byte[] arrange(int[] codes) {
      byte[] words = new byte[PIXELS * cols];
      for (int c = 0; c < channels; c++) {
        for (int pixel = 0; pixel < PIXELS; pixel++) {
          words[pixel * cols + c] = (byte) codes[c * PIXELS + pixel];
        }
      }
      return words;
    }
  }
}
