package lutmac.quant.hardware;

import lutmac.network.quantized.QuantizedNetwork;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.WeightFormat;

/**
 * An accelerator as the quantizer sees it. Who knows accelerators implements it; the quantizer does
 * not.
 */
public interface Hardware {
  /** What reports and messages call it. */
  String name();

  /** Whether it computes layers with such weights, given room for them. */
  boolean computes(WeightFormat format);

  /** Whether it reads and writes such feature maps, given room for them. */
  boolean computes(ActivationFormat format);

  /**
   * What the accelerator takes for a network, had it buffers and sums as large as there can be.
   *
   * @throws lutmac.network.BadInputException if it does not compute the network; the message names
   *     the layers
   */
  HardwareUse use(QuantizedNetwork network);

  /**
   * The same of the accelerator as it is.
   *
   * @throws lutmac.network.BadInputException also if a buffer or the sums are too small
   */
  HardwareUse fit(QuantizedNetwork network);
}
