package lutmac.quant.recipe;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lutmac.quant.calib.ActivationFormatSearch;
import lutmac.quant.calib.CodeMaps;
import lutmac.quant.format.FixedFormat;
import lutmac.quant.graph.Shape;
import lutmac.quant.network.InputEncoding;
import lutmac.quant.network.Preprocessing;
import lutmac.quant.network.Tensor;

/**
 * What the network's input codes are: the pixels themselves, if only convolutions read them (mean
 * and std then go into those), else fixed point of the preprocessed values.
 */
record InputPlan(InputEncoding encoding, CodeMaps codes) {

  static InputPlan of(
      String name,
      Shape shape,
      List<LoweredLayer> layers,
      CalibrationData data,
      Preprocessing preprocessing,
      int bits) {
    boolean identity = isIdentity(preprocessing, shape.channels());
    if (data.pixels().isPresent() && (identity || onlyWeighted(name, layers))) {
      FixedFormat format = new FixedFormat(8, 0, data.signedPixels());
      List<Integer> pads = new ArrayList<>();
      for (int c = 0; c < shape.channels(); c++) {
        pads.add(format.encode(preprocessing.mean(c)));
      }
      Tensor tensor = new Tensor(name, shape, format, pads);
      return new InputPlan(
          new InputEncoding(tensor, preprocessing, true),
          new CodeMaps(tensor, data.pixels().get()));
    }
    boolean signed = false;
    for (float[] image : data.inputs()) {
      for (float value : image) {
        signed |= value < 0;
      }
    }
    FixedFormat format =
        ActivationFormatSearch.choose(data.inputs(), bits, signed, Optional.empty());
    Tensor tensor = Tensor.zeroPadded(name, shape, format);
    byte[][] codes = new byte[data.inputs().length][shape.size()];
    for (int n = 0; n < codes.length; n++) {
      for (int i = 0; i < codes[n].length; i++) {
        codes[n][i] = (byte) format.encode(data.inputs()[n][i]);
      }
    }
    return new InputPlan(
        new InputEncoding(tensor, preprocessing, false), new CodeMaps(tensor, codes));
  }

  private static boolean isIdentity(Preprocessing preprocessing, int channels) {
    for (int c = 0; c < channels; c++) {
      if (preprocessing.mean(c) != 0 || preprocessing.std(c) != 1) {
        return false;
      }
    }
    return true;
  }

  /** Whether everything that reads the input weights it. */
  private static boolean onlyWeighted(String name, List<LoweredLayer> layers) {
    return layers.stream()
        .allMatch(
            layer ->
                layer instanceof LoweredLayer.Linear linear
                    ? linear.skip().filter(name::equals).isEmpty()
                        && !(linear.input().equals(name) && linear.identity())
                    : !layer.input().equals(name));
  }
}
