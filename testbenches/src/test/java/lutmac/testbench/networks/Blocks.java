package lutmac.testbench.networks;

import lutmac.network.floating.Activations;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.shape.Window;

/** What known networks repeat, for the small ones here that are built like them. */
final class Blocks {
  private Blocks() {}

  /** YOLO's convolution with LeakyReLU. */
  static void leaky(FloatNetworks net, String from, String to, int channels, Window window) {
    net.conv(from, to + "c", channels, window);
    net.activation(to + "c", to, Activations.leakyRelu(0.1f));
  }

  /** MobileNetV3's inverted bottleneck, with HardSwish. */
  static void bottleneck(
      FloatNetworks net, String from, String to, int expanded, int channels, Window window) {
    net.conv(from, to + "e", expanded, Window.pointwise());
    net.activation(to + "e", to + "ef", Activations.hardSwish());
    net.depthwise(to + "ef", to + "d", window);
    net.activation(to + "d", to + "df", Activations.hardSwish());
    net.conv(to + "df", to, channels, Window.pointwise());
  }

  /** A padded 3x3 window. */
  static Window stride(int stride) {
    return new Window(3, 3, stride, stride, 1, 1, 1, 1, 1, 1);
  }
}
