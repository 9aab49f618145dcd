package lutmac.quant.analysis;

import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.Preprocessing;
import lutmac.quant.fuse.FusedLayer;

/** A quantized layer's weights and biases in the units of its float layer. */
final class BuiltWeights {
  private final FusedLayer.Linear reference;
  private final MacLayer layer;
  private final Preprocessing preprocessing;
  private final boolean pixels;

  /**
   * @param reference the float layer
   * @param layer what was made of it
   * @param input encoding of the network's input: where that is raw pixels, the first layers'
   *     weights are for those
   */
  BuiltWeights(FusedLayer.Linear reference, MacLayer layer, InputEncoding input) {
    this.reference = reference;
    this.layer = layer;
    this.preprocessing = input.preprocessing();
    this.pixels = input.folded() && layer.input().name().equals(input.tensor().name());
  }

  /** {@code g + d_o}: a weight W of output channel o means {@code W * 2^-(g + d_o)}. */
  int exponent(int o) {
    return fraction(o) - layer.input().format().frac(0);
  }

  /** Fraction bits of output channel o's accumulators. */
  private int fraction(int o) {
    int shift = layer.stage().fold(stage -> stage.shift().get(o), accumulators -> 0);
    return shift + layer.output().format().frac(o);
  }

  /** What a weight for the codes is to be multiplied by to be the float layer's. */
  private double scale(int o, int k) {
    return pixels ? preprocessing.std(reference.inChannel(o, k)) : 1;
  }

  /** The float layer with the quantized layer's weights and biases. */
  FusedLayer.Linear dequantized() {
    int taps = layer.taps();
    float[] weights = new float[layer.weightCount()];
    float[] bias = new float[layer.outChannels()];
    int summed = layer.sumPixels() ? layer.input().shape().pixels() : 1;
    for (int o = 0; o < bias.length; o++) {
      double offset = Math.scalb((double) layer.bias()[o], -fraction(o));
      for (int k = 0; k < taps; k++) {
        double weight = Math.scalb((double) layer.weight(o * taps + k), -exponent(o));
        weights[o * taps + k] = (float) (weight * scale(o, k));
        // W * pixel + b = (W * std) * (pixel - mean) / std + (b + W * mean)
        offset += pixels ? summed * weight * preprocessing.mean(reference.inChannel(o, k)) : 0;
      }
      bias[o] = (float) offset;
    }
    return reference.with(weights, bias, reference.ceiling());
  }

  /** The float weights in units of the quantized ones, {@code [O, I / groups, Kh, Kw]}. */
  double[] wanted() {
    int taps = layer.taps();
    double[] wanted = new double[layer.weightCount()];
    for (int i = 0; i < wanted.length; i++) {
      int o = i / taps;
      wanted[i] = Math.scalb(reference.weights()[i] / scale(o, i % taps), exponent(o));
    }
    return wanted;
  }
}
