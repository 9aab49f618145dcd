package lutmac.examples.digits;

import java.util.List;

/**
 * One layer with parameters of the example network:
 *
 * <pre>
 *   a = maxpool(relu(conv1(image)))               20 x 20 to 10 x 10
 *   b = relu(conv3(relu(conv2(a))) + a)           10 x 10
 *   c = maxpool(relu(conv4(b)))                   10 x 10 to 5 x 5
 *   d = relu(conv5(c))                            5 x 5
 *   logits = fc(mean over the pixels of d)
 * </pre>
 *
 * @param kernel height and width; convolutions keep the map's size
 */
record DigitsLayer(String name, int outChannels, int inChannels, int kernel) {
  /** All of them, in order. */
  static final List<DigitsLayer> ALL =
      List.of(
          new DigitsLayer("conv1", 16, 1, 3),
          new DigitsLayer("conv2", 16, 16, 3),
          new DigitsLayer("conv3", 16, 16, 3),
          new DigitsLayer("conv4", 32, 16, 3),
          new DigitsLayer("conv5", 32, 32, 3),
          new DigitsLayer("fc", 10, 32, 1));

  String weights() {
    return name + ".weight";
  }

  String bias() {
    return name + ".bias";
  }

  /** Inputs of one output. */
  int fanIn() {
    return inChannels * kernel * kernel;
  }
}
