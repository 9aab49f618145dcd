package lutmac.runtime.exec;

import lutmac.network.floating.FloatNetwork;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.Preprocessor;

/** Signal-to-noise ratio of a quantized network's result against the float network's. */
public final class Sqnr {
  private Sqnr() {}

  /** Of all results of all images, dB. */
  public static double of(FloatNetwork network, QuantizedNetwork quantized, ImageSet images) {
    Preprocessor preprocessor =
        new Preprocessor(images, quantized.input().preprocessing(), network.inputShape());
    FloatExecutor floats = new FloatExecutor(network);
    IntegerExecutor integers = new IntegerExecutor(quantized);
    int pixels = quantized.output().shape().pixels();
    double energy = 0;
    double noise = 0;
    for (int n = 0; n < images.count(); n++) {
      float[] wanted = floats.logits(preprocessor.floatInput(n), 1);
      int[] got = integers.run(preprocessor.codes(n, quantized.input()));
      for (int i = 0; i < wanted.length; i++) {
        double value = Math.scalb((double) got[i], -quantized.output().format().frac(i / pixels));
        energy += (double) wanted[i] * wanted[i];
        noise += (wanted[i] - value) * (wanted[i] - value);
      }
    }
    return 10 * Math.log10(energy / noise);
  }
}
