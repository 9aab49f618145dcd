package lutmac.testbench.networks;

import java.util.List;
import java.util.Optional;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.shape.Shape;
import lutmac.quant.quantize.Quantizer;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.runtime.image.Images;

/**
 * A network with seeded weights, and made-up images of it: what it computes means nothing, how it
 * is computed does. It needs no data.
 */
public interface SeededNetwork {
  /** Keeps values of the same size through layers and ReLUs (He 2015). */
  double GAIN = Math.sqrt(2);

  /** Shape of its input. */
  Shape input();

  /** Images that it is quantized on. */
  int calibrationImages();

  /** Its number among those of its kind, which seeds its weights. */
  int ordinal();

  /** Adds its layers. */
  FloatNetwork build(FloatNetworks net);

  /** The float network. */
  default FloatNetwork floating() {
    return build(FloatNetworks.scaled(input(), ordinal() + 1, GAIN));
  }

  /** The network quantized with the defaults. */
  default QuantizedNetwork quantized() {
    return quantized(QuantizeOptions.defaults());
  }

  /** The network quantized on made-up images. */
  default QuantizedNetwork quantized(QuantizeOptions options) {
    return Quantizer.quantize(
            floating(),
            images(calibrationImages(), 1),
            preprocessing(),
            options,
            PhaseProgress.none())
        .network();
  }

  /** Made-up images of 8-bit pixels. */
  default Images images(int count, long seed) {
    return Images.bytes(input(), count, seed);
  }

  /** How pixels become the input. */
  default Preprocessing preprocessing() {
    return new Preprocessing(List.of(128.0), List.of(64.0), false, Optional.empty(), 0);
  }
}
