package lutmac.testbench.networks;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.stream.IntStream;
import lutmac.network.floating.Activations;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.shape.Window;
import lutmac.onnx.reader.OnnxReader;
import lutmac.quant.quantize.Quantizer;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.runtime.image.Preprocessor;

/**
 * Small networks of shapes that people build, trained on rendered digits ({@link NetworkTraining})
 * so that what they compute means something. Their files lie beside this class.
 */
public enum TrainedNetwork {
  /** Residual blocks with SiLU, behind the addition, too. */
  RESIDUAL_SILU(Task.CLASSIFY) {
    @Override
    FloatNetworks build(FloatNetworks net) {
      silu(net, "x", "a0", 12, FloatNetworks.SAME);
      net.pool("a0", "p0");
      silu(net, "p0", "a1", 12, FloatNetworks.SAME);
      net.conv("a1", "c2", 12, FloatNetworks.SAME).add("c2", "p0", "s2");
      net.activation("s2", "a2", Activations.swish(1));
      silu(net, "a2", "a3", 32, Blocks.stride(2));
      return net.mean("a3", "m").conv("m", "y", 10, Window.pointwise());
    }

    private void silu(FloatNetworks net, String from, String to, int channels, Window window) {
      net.conv(from, to + "c", channels, window).activation(to + "c", to, Activations.swish(1));
    }
  },

  /** MobileNetV3's inverted bottlenecks, with HardSwish and without squeeze-and-excite. */
  MOBILENET_V3(Task.CLASSIFY) {
    @Override
    FloatNetworks build(FloatNetworks net) {
      net.conv("x", "c0", 12, Blocks.stride(2)).activation("c0", "a0", Activations.hardSwish());
      Blocks.bottleneck(net, "a0", "a1", 24, 12, FloatNetworks.SAME);
      net.add("a1", "a0", "s1");
      Blocks.bottleneck(net, "s1", "a2", 36, 20, new Window(5, 5, 2, 2, 2, 2, 2, 2, 1, 1));
      net.conv("a2", "c3", 48, Window.pointwise());
      net.activation("c3", "a3", Activations.hardSwish()).mean("a3", "m");
      net.conv("m", "c4", 32, Window.pointwise()).activation("c4", "a4", Activations.hardSwish());
      return net.conv("a4", "y", 10, Window.pointwise());
    }
  },

  /** YOLO's backbone: LeakyReLU, a residual behind it, and a map of what lies in every cell. */
  YOLO(Task.DETECT) {
    @Override
    FloatNetworks build(FloatNetworks net) {
      Blocks.leaky(net, "x", "a0", 12, Blocks.stride(2));
      Blocks.leaky(net, "a0", "a1", 16, Blocks.stride(2));
      Blocks.leaky(net, "a1", "b0", 12, Window.pointwise());
      Blocks.leaky(net, "b0", "b1", 16, FloatNetworks.SAME);
      net.add("b1", "a1", "a2").pool("a2", "p2");
      Blocks.leaky(net, "p2", "a3", 32, FloatNetworks.SAME);
      Blocks.leaky(net, "a3", "a4", 32, FloatNetworks.SAME);
      return net.conv("a4", "y", 11, Window.pointwise());
    }
  },

  /** A U-Net: down twice, up twice by repeated pixels, joined with what was there before. */
  UNET(Task.SEGMENT) {
    @Override
    FloatNetworks build(FloatNetworks net) {
      rectified(net, "x", "a0", 8, FloatNetworks.SAME);
      rectified(net.pool("a0", "p0"), "p0", "a1", 12, FloatNetworks.SAME);
      rectified(net.pool("a1", "p1"), "p1", "a2", 32, FloatNetworks.SAME);
      rectified(net, "a2", "a3", 32, FloatNetworks.SAME);
      net.enlarge("a3", "u1", 2, 2).concat("j1", "u1", "a1");
      rectified(net, "j1", "b1", 16, FloatNetworks.SAME);
      net.enlarge("b1", "u0", 2, 2).concat("j0", "u0", "a0");
      rectified(net, "j0", "b0", 16, FloatNetworks.SAME);
      return net.conv("b0", "y", 11, Window.pointwise());
    }

    private void rectified(FloatNetworks net, String from, String to, int channels, Window window) {
      net.conv(from, to + "c", channels, window).relu(to + "c", to);
    }
  };

  /** Keeps values of the same size through layers and ReLUs (He 2015). */
  private static final double GAIN = Math.sqrt(2);

  private static final int CALIBRATION_IMAGES = 200;
  private static final long CALIBRATION_SEED = 100;
  private static final long CODES_SEED = 200;

  private final Task task;

  TrainedNetwork(Task task) {
    this.task = task;
  }

  abstract FloatNetworks build(FloatNetworks net);

  /** What it was trained to do. */
  Task task() {
    return task;
  }

  /** With random weights. */
  FloatNetwork untrained() {
    return build(FloatNetworks.scaled(task.input(), ordinal() + 1, GAIN)).result("y");
  }

  /** Name of its file. */
  String fileName() {
    return name().toLowerCase(Locale.ROOT) + ".onnx";
  }

  /** The trained network, as the reader gives it. */
  FloatNetwork floating() {
    try {
      Path file = Files.createTempFile("lutmac-", fileName());
      try {
        Files.write(file, bytes());
        return OnnxReader.read(file);
      } finally {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The network quantized with the defaults. */
  public QuantizedNetwork quantized() {
    return Quantizer.quantize(
            floating(),
            task.images(task.batch(CALIBRATION_IMAGES, CALIBRATION_SEED)),
            Task.preprocessing(),
            QuantizeOptions.defaults(),
            PhaseProgress.none())
        .network();
  }

  /** Input codes of fresh images for its quantized network. */
  public List<int[]> codes(QuantizedNetwork quantized, int count) {
    Preprocessor inputs =
        new Preprocessor(
            task.images(task.batch(count, CODES_SEED)), Task.preprocessing(), task.input());
    return IntStream.range(0, count).mapToObj(n -> inputs.codes(n, quantized.input())).toList();
  }

  /** The file. */
  byte[] bytes() throws IOException {
    try (InputStream in = TrainedNetwork.class.getResourceAsStream(fileName())) {
      return in.readAllBytes();
    }
  }
}
