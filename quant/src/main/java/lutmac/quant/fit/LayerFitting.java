package lutmac.quant.fit;

import java.util.List;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.WeightFormat;

/** One layer whose weights can be fitted in any format. */
public interface LayerFitting {
  /** The float layer. */
  FusedLayer.Linear layer();

  /** What every format would cost the layer's output. */
  WeightLosses losses(List<WeightFormat> formats);

  /**
   * The float layer with the errors of weights in a format, and with the biases that keep every
   * channel's mean.
   */
  FusedLayer.Linear disturbed(WeightFormat format);
}
