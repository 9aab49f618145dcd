package lutmac.testbench;

import java.util.function.Supplier;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.Preprocessor;
import lutmac.testbench.networks.SeededNetwork;

/**
 * What a bench measures: a network and an image of it.
 *
 * @param codes of the image
 */
record Subject(QuantizedNetwork network, int[] codes) {
  private static final int IMAGE_SEED = 9;

  /** A network and the first of some images. */
  static Subject of(QuantizedNetwork network, ImageSet images) {
    Preprocessor preprocessor =
        new Preprocessor(images, network.input().preprocessing(), network.input().tensor().shape());
    return new Subject(network, preprocessor.codes(0, network.input()));
  }

  /** A network that is quantized when it is asked for the first time. */
  static Supplier<Subject> real(RealNetwork network) {
    return once(() -> new Subject(network.quantized(), network.testCodes(1).get(0)));
  }

  /** A network that is quantized when it is asked for the first time. */
  static Supplier<Subject> seeded(SeededNetwork network) {
    return once(() -> of(network.quantized(), network.images(1, IMAGE_SEED)));
  }

  /** Asks for a subject once, when it is wanted. */
  static Supplier<Subject> once(Supplier<Subject> make) {
    return new Supplier<>() {
      private Subject made;

      @Override
      public Subject get() {
        if (made == null) {
          made = make.get();
        }
        return made;
      }
    };
  }
}
