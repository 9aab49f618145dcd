package lutmac.testbench.networks;

import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.floating.FloatOp;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;

/**
 * Networks whose layer shapes were published, with seeded weights: large ones, and those that other
 * generators report figures of.
 */
public enum PublishedNetwork implements SeededNetwork {
  /** ResNet-18 for ImageNet (He et al., "Deep residual learning", 2016, table 1). */
  RESNET18(new Shape(3, 224, 224)) {
    @Override
    public FloatNetwork build(FloatNetworks net) {
      net.conv("x", "c1", 64, new Window(7, 7, 2, 2, 3, 3, 3, 3, 1, 1)).relu("c1", "r1");
      Window pool = new Window(3, 3, 2, 2, 1, 1, 1, 1, 1, 1);
      net.node(new FloatOp.MaxPool(pool), pool.outputShape(net.shape("r1"), 64), "p1", "r1");
      String map = "p1";
      for (int stage = 0; stage < 4; stage++) {
        for (int block = 0; block < 2; block++) {
          String to = "s%db%d".formatted(stage + 2, block + 1);
          residual(net, map, to, 64 << stage, stage > 0 && block == 0 ? 2 : 1);
          map = to;
        }
      }
      return net.mean(map, "m").conv("m", "y", 1000, Window.pointwise()).result("y");
    }

    private void residual(FloatNetworks net, String from, String to, int channels, int stride) {
      Window first = new Window(3, 3, stride, stride, 1, 1, 1, 1, 1, 1);
      net.conv(from, to + "c1", channels, first).relu(to + "c1", to + "r1");
      net.conv(to + "r1", to + "c2", channels, FloatNetworks.SAME);
      String shortcut = from;
      if (stride > 1) {
        shortcut = to + "d";
        net.conv(from, shortcut, channels, new Window(1, 1, stride, stride, 0, 0, 0, 0, 1, 1));
      }
      net.add(to + "c2", shortcut, to + "a").relu(to + "a", to);
    }
  },

  /** VGG-16's thirteen convolutions (Simonyan and Zisserman, 2015, configuration D). */
  VGG16_CONVOLUTIONS(new Shape(3, 224, 224)) {
    @Override
    public FloatNetwork build(FloatNetworks net) {
      String map = "x";
      int[][] stages = {{64, 64}, {128, 128}, {256, 256, 256}, {512, 512, 512}, {512, 512, 512}};
      for (int stage = 0; stage < stages.length; stage++) {
        for (int layer = 0; layer < stages[stage].length; layer++) {
          String to = "c%d_%d".formatted(stage + 1, layer + 1);
          net.conv(map, to, stages[stage][layer], FloatNetworks.SAME).relu(to, to + "r");
          map = to + "r";
        }
        net.pool(map, "p" + (stage + 1));
        map = "p" + (stage + 1);
      }
      return net.result(map);
    }
  },

  /** NNgen's measured network for CIFAR-10: five convolutions, pools, a classifier. */
  NNGEN_CIFAR(new Shape(3, 32, 32)) {
    @Override
    public FloatNetwork build(FloatNetworks net) {
      net.conv("x", "c1", 16, FloatNetworks.SAME).relu("c1", "r1");
      net.conv("r1", "c2", 16, FloatNetworks.SAME).relu("c2", "r2").pool("r2", "p2");
      net.conv("p2", "c3", 32, FloatNetworks.SAME).relu("c3", "r3");
      net.conv("r3", "c4", 32, FloatNetworks.SAME).relu("c4", "r4").pool("r4", "p4");
      net.conv("p4", "c5", 64, FloatNetworks.SAME).relu("c5", "r5").pool("r5", "p5");
      return net.conv("p5", "y", 10, Window.covering(4, 4)).result("y");
    }
  },

  /** NNgen's measured LeNet: two convolutions of 5x5, two dense layers. */
  NNGEN_LENET(new Shape(1, 28, 28)) {
    @Override
    public FloatNetwork build(FloatNetworks net) {
      Window five = new Window(5, 5, 1, 1, 2, 2, 2, 2, 1, 1);
      net.conv("x", "c1", 8, five).relu("c1", "r1").pool("r1", "p1");
      net.conv("p1", "c2", 16, five).relu("c2", "r2").pool("r2", "p2");
      net.conv("p2", "c3", 64, Window.covering(7, 7)).relu("c3", "r3");
      return net.conv("r3", "y", 10, Window.pointwise()).result("y");
    }
  };

  private final Shape input;

  PublishedNetwork(Shape input) {
    this.input = input;
  }

  @Override
  public Shape input() {
    return input;
  }

  @Override
  public int calibrationImages() {
    return 4;
  }
}
