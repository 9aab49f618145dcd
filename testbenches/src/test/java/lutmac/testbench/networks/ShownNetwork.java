package lutmac.testbench.networks;

import lutmac.network.floating.Activations;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Upsampling;
import lutmac.network.shape.Window;

/**
 * Shapes of networks that people build, with seeded weights: what they compute means nothing, how
 * it is computed does. They need no data.
 */
public enum ShownNetwork implements SeededNetwork {
  /** SqueezeNet's fire modules for images of 32x32; what is joined is no multiple of anything. */
  SQUEEZENET_CIFAR(new Shape(3, 32, 32)) {
    @Override
    public FloatNetwork build(FloatNetworks net) {
      net.conv("x", "c1", 32, FloatNetworks.SAME).relu("c1", "r1").pool("r1", "p1");
      fire(net, "p1", "f2", 12, 28, 36);
      fire(net, "f2", "f3", 12, 28, 36);
      net.pool("f3", "p3");
      fire(net, "p3", "f4", 20, 50, 50);
      fire(net, "f4", "f5", 20, 50, 50);
      net.pool("f5", "p5");
      fire(net, "p5", "f6", 24, 60, 72);
      net.conv("f6", "c7", 10, Window.pointwise()).relu("c7", "r7");
      return net.mean("r7", "y").result("y");
    }
  },

  /** MLPerf Tiny's anomaly detection: ten dense layers from 640 values to 640 values. */
  AUTOENCODER(new Shape(640, 1, 1)) {
    @Override
    public FloatNetwork build(FloatNetworks net) {
      return dense(net, 128, 128, 128, 128, 8, 128, 128, 128, 128, 640);
    }
  },

  /** LeNet-300-100: a picture, flattened, and three dense layers. */
  MLP(new Shape(1, 28, 28)) {
    @Override
    public FloatNetwork build(FloatNetworks net) {
      net.conv("x", "c0", 300, Window.covering(28, 28)).relu("c0", "r0");
      net.conv("r0", "c1", 100, Window.pointwise()).relu("c1", "r1");
      return net.conv("r1", "y", 10, Window.pointwise()).result("y");
    }
  },

  /** Five convolutions and a classifier. */
  FIVE_CONVOLUTIONS(new Shape(3, 32, 32)) {
    @Override
    public FloatNetwork build(FloatNetworks net) {
      String map = "x";
      int[] channels = {32, 32, 64, 64, 128};
      for (int i = 0; i < channels.length; i++) {
        net.conv(map, "c" + i, channels[i], FloatNetworks.SAME).relu("c" + i, "r" + i);
        map = "r" + i;
        if (i % 2 == 1) {
          net.pool(map, "p" + i);
          map = "p" + i;
        }
      }
      return net.mean(map, "m").conv("m", "y", 10, Window.pointwise()).result("y");
    }
  },

  /** Classes, positions, and the map between them that both heads read. */
  TWO_HEADS(new Shape(3, 24, 24)) {
    @Override
    public FloatNetwork build(FloatNetworks net) {
      net.conv("x", "c1", 16, FloatNetworks.SAME).relu("c1", "r1").pool("r1", "p1");
      net.conv("p1", "c2", 24, FloatNetworks.SAME).relu("c2", "r2");
      net.mean("r2", "m").conv("m", "y", 10, Window.pointwise());
      net.conv("r2", "c3", 24, FloatNetworks.SAME).relu("c3", "r3");
      net.conv("r3", "boxes", 4, Window.pointwise());
      return net.result("y", "boxes", "r2");
    }
  },

  /** ResNeXt's blocks: 3x3 convolutions of eight groups between pointwise ones, with skips. */
  GROUPED(new Shape(3, 32, 32)) {
    @Override
    public FloatNetwork build(FloatNetworks net) {
      net.conv("x", "c0", 32, Blocks.stride(2)).relu("c0", "a0");
      block(net, "a0", "a1", 64);
      block(net, "a1", "a2", 64);
      net.conv("a2", "c3", 96, 4, Blocks.stride(2)).relu("c3", "a3");
      return net.mean("a3", "m").conv("m", "y", 10, Window.pointwise()).result("y");
    }

    private void block(FloatNetworks net, String from, String to, int channels) {
      int in = net.shape(from).channels();
      net.conv(from, to + "a", channels, Window.pointwise()).relu(to + "a", to + "ar");
      net.conv(to + "ar", to + "b", channels, 8, FloatNetworks.SAME).relu(to + "b", to + "br");
      net.conv(to + "br", to + "c", in, Window.pointwise()).add(to + "c", from, to + "s");
      net.relu(to + "s", to);
    }
  },

  /** Depthwise layers of every kind: strides, dilation, padding on one side, two maps a channel. */
  DEPTHWISE(new Shape(3, 24, 20)) {
    @Override
    public FloatNetwork build(FloatNetworks net) {
      net.conv("x", "c0", 20, FloatNetworks.SAME).relu("c0", "a0");
      separable(net, "a0", "a1", 20, new Window(3, 3, 2, 2, 0, 0, 1, 1, 1, 1));
      separable(net, "a1", "a2", 40, new Window(5, 5, 1, 1, 2, 2, 2, 2, 1, 1));
      separable(net, "a2", "a3", 40, new Window(3, 3, 1, 1, 2, 2, 2, 2, 2, 2));
      separable(net, "a3", "a4", 48, new Window(3, 1, 1, 2, 1, 0, 1, 0, 1, 1));
      return net.mean("a4", "m").conv("m", "y", 12, Window.pointwise()).result("y");
    }

    private void separable(FloatNetworks net, String from, String to, int channels, Window window) {
      int in = net.shape(from).channels();
      int multiplied = channels > in ? 2 * in : in;
      net.conv(from, to + "d", multiplied, in, window).relu(to + "d", to + "r", 6);
      net.conv(to + "r", to + "p", channels, Window.pointwise()).relu(to + "p", to, 6);
    }
  },

  /** A long signal, flattened: a dense layer whose kernel is 300 columns wide. */
  LONG_ROW(new Shape(1, 1, 300)) {
    @Override
    public FloatNetwork build(FloatNetworks net) {
      net.conv("x", "c0", 8, new Window(1, 5, 1, 1, 0, 2, 0, 2, 1, 1)).relu("c0", "a0");
      return net.conv("a0", "y", 10, Window.covering(1, 300)).result("y");
    }
  },

  /** YOLO's backbone: convolutions with LeakyReLU, residuals behind it, a map of boxes. */
  YOLO(new Shape(3, 32, 32)) {
    @Override
    public FloatNetwork build(FloatNetworks net) {
      Blocks.leaky(net, "x", "a0", 16, FloatNetworks.SAME);
      Blocks.leaky(net, "a0", "a1", 24, Blocks.stride(2));
      Blocks.leaky(net, "a1", "b0", 12, Window.pointwise());
      Blocks.leaky(net, "b0", "b1", 24, FloatNetworks.SAME);
      net.add("b1", "a1", "a2").pool("a2", "p2");
      Blocks.leaky(net, "p2", "a3", 32, FloatNetworks.SAME);
      return net.conv("a3", "y", 18, Window.pointwise()).result("y");
    }
  },

  /** MobileNetV3's inverted bottlenecks, with HardSwish and without squeeze-and-excite. */
  MOBILENET_V3(new Shape(3, 32, 32)) {
    @Override
    public FloatNetwork build(FloatNetworks net) {
      net.conv("x", "c0", 16, Blocks.stride(2)).activation("c0", "a0", Activations.hardSwish());
      Blocks.bottleneck(net, "a0", "a1", 32, 16, FloatNetworks.SAME);
      net.add("a1", "a0", "s1");
      Blocks.bottleneck(net, "s1", "a2", 48, 24, new Window(5, 5, 2, 2, 2, 2, 2, 2, 1, 1));
      net.conv("a2", "c3", 64, Window.pointwise());
      net.activation("c3", "a3", Activations.hardSwish()).mean("a3", "m");
      net.conv("m", "c4", 40, Window.pointwise()).activation("c4", "a4", Activations.hardSwish());
      return net.conv("a4", "y", 10, Window.pointwise()).result("y");
    }
  },

  /** Residual blocks with SiLU behind the addition. */
  RESIDUAL_SILU(new Shape(3, 24, 24)) {
    @Override
    public FloatNetwork build(FloatNetworks net) {
      net.conv("x", "c0", 16, FloatNetworks.SAME).activation("c0", "a0", Activations.swish(1));
      net.conv("a0", "c1", 16, FloatNetworks.SAME).activation("c1", "a1", Activations.swish(1));
      net.conv("a1", "c2", 16, FloatNetworks.SAME).add("c2", "a0", "s2");
      net.activation("s2", "a2", Activations.swish(1)).pool("a2", "p2").mean("p2", "m");
      return net.conv("m", "y", 10, Window.pointwise()).result("y");
    }
  },

  /** A U-Net: down twice, up twice by repeated pixels, joined with what was there before. */
  UNET(new Shape(3, 24, 24)) {
    @Override
    public FloatNetwork build(FloatNetworks net) {
      net.conv("x", "c0", 12, FloatNetworks.SAME).relu("c0", "a0").pool("a0", "p0");
      net.conv("p0", "c1", 14, FloatNetworks.SAME).relu("c1", "a1").pool("a1", "p1");
      net.conv("p1", "c2", 26, FloatNetworks.SAME).relu("c2", "a2");
      net.enlarge("a2", "u1", 2, 2).concat("j1", "u1", "a1");
      net.conv("j1", "c3", 16, FloatNetworks.SAME).relu("c3", "a3");
      net.enlarge("a3", "u0", 2, 2).concat("j0", "a0", "u0");
      net.conv("j0", "c4", 12, FloatNetworks.SAME).relu("c4", "a4");
      return net.conv("a4", "y", 4, Window.pointwise()).result("y");
    }
  },

  /** A U-Net that goes up by transposed convolutions, of kernels of 2, 3 and 4; two outputs. */
  UNET_TRANSPOSED(new Shape(3, 24, 24)) {
    @Override
    public FloatNetwork build(FloatNetworks net) {
      net.conv("x", "c0", 12, FloatNetworks.SAME).relu("c0", "a0");
      net.conv("a0", "c1", 16, Blocks.stride(2)).relu("c1", "a1");
      net.conv("a1", "c2", 24, Blocks.stride(2)).relu("c2", "a2");
      net.conv("a2", "t1", 16, transposed(2, 0, 0)).relu("t1", "u1").concat("j1", "u1", "a1");
      net.conv("j1", "t0", 12, transposed(4, 1, 1)).relu("t0", "u0").concat("j0", "a0", "u0");
      net.conv("j0", "c4", 12, Blocks.stride(2)).relu("c4", "a4");
      return net.conv("a4", "y", 4, transposed(3, 1, 0)).result("y", "u0");
    }
  };

  private final Shape input;

  ShownNetwork(Shape input) {
    this.input = input;
  }

  @Override
  public Shape input() {
    return input;
  }

  @Override
  public int calibrationImages() {
    return 32;
  }

  private static void fire(
      FloatNetworks net, String from, String to, int squeezed, int pointwise, int spatial) {
    net.conv(from, to + "s", squeezed, Window.pointwise()).relu(to + "s", to + "sr");
    net.conv(to + "sr", to + "a", pointwise, Window.pointwise()).relu(to + "a", to + "ar");
    net.conv(to + "sr", to + "b", spatial, FloatNetworks.SAME).relu(to + "b", to + "br");
    net.concat(to, to + "ar", to + "br");
  }

  private static FloatNetwork dense(FloatNetworks net, int... widths) {
    String map = "x";
    for (int i = 0; i < widths.length - 1; i++) {
      net.conv(map, "c" + i, widths[i], Window.pointwise()).relu("c" + i, "r" + i);
      map = "r" + i;
    }
    return net.conv(map, "y", widths[widths.length - 1], Window.pointwise()).result("y");
  }

  /**
   * The window of a transposed convolution of stride 2.
   *
   * @param before what it takes off at top and left
   * @param after what it takes off at bottom and right
   */
  private static Window transposed(int kernel, int before, int after) {
    int first = kernel - 1 - before;
    int last = kernel - 1 - after;
    Upsampling upsampling = new Upsampling(2, 2, Upsampling.Filling.ZEROS);
    return new Window(kernel, kernel, 1, 1, first, first, last, last, 1, 1, upsampling);
  }
}
