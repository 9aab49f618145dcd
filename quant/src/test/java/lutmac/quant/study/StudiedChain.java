package lutmac.quant.study;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Window;
import lutmac.runtime.image.Images;
import lutmac.runtime.image.Preprocessor;

/** A small network and its study. */
public final class StudiedChain {
  public static final Shape INPUT = new Shape(3, 8, 8);
  public static final Preprocessing CENTRED =
      new Preprocessing(List.of(120.0, 110.0, 100.5), List.of(60.0), false, Optional.empty(), 0);

  private StudiedChain() {}

  /** A map with a ReLU, one without, and the result. */
  public static FloatNetwork network() {
    return FloatNetworks.on(INPUT, 6)
        .conv("x", "a", 8, FloatNetworks.SAME)
        .relu("a", "ar")
        .conv("ar", "b", 8, Window.pointwise())
        .conv("b", "y", 5, new Window(8, 8, 1, 1, 0, 0, 0, 0, 1, 1))
        .result("y");
  }

  /** The chain's network, studied. */
  public static Study study() {
    return study(network());
  }

  /** Any network of these images, studied on 64 of them. */
  public static Study study(FloatNetwork network) {
    Images images = Images.bytes(INPUT, 64, 3);
    Preprocessor preprocessor = new Preprocessor(images, CENTRED, INPUT);
    float[][] inputs = new float[images.count()][];
    Arrays.setAll(inputs, preprocessor::floatInput);
    return Study.of(
        network, CalibrationData.ofReals(inputs), CENTRED, true, Optional.empty(), 8, 1);
  }
}
