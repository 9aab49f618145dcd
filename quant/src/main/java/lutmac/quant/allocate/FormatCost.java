package lutmac.quant.allocate;

import lutmac.network.HardwareLimits;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.result.Allocation;

/** What a format takes from a budget, in the budget's unit. */
sealed interface FormatCost {

  /** Of a layer's weights. */
  long ofWeights(FusedLayer.Linear layer, WeightFormat format);

  /**
   * Of the feature maps that share a format.
   *
   * @param elements of all of them, for one image
   */
  long ofActivations(long elements, ActivationFormat format);

  /** Unit of the costs. */
  Allocation.Unit unit();

  /** Bits of the weights' codes; tables and feature maps are free. */
  record CodeBits() implements FormatCost {
    @Override
    public long ofWeights(FusedLayer.Linear layer, WeightFormat format) {
      return (long) layer.weights().length * format.bits();
    }

    @Override
    public long ofActivations(long elements, ActivationFormat format) {
      return 0;
    }

    @Override
    public Allocation.Unit unit() {
      return Allocation.Unit.CODE_BITS;
    }
  }

  /** Bits of codes, tables and feature maps. */
  record MemoryBits() implements FormatCost {
    @Override
    public long ofWeights(FusedLayer.Linear layer, WeightFormat format) {
      int low = Math.min(HardwareLimits.MAX_CODE_BITS, format.bits());
      int high = format.bits() - low;
      int levels = (1 << low) + (high > 0 ? 1 << high : 0);
      return (long) layer.weights().length * format.bits()
          + (long) levels * HardwareLimits.LEVEL_BITS;
    }

    @Override
    public long ofActivations(long elements, ActivationFormat format) {
      return elements * format.bits();
    }

    @Override
    public Allocation.Unit unit() {
      return Allocation.Unit.MEMORY_BITS;
    }
  }

  /**
   * Steps of an output-stationary array for one image: every step each of {@code rows} pixels takes
   * one input times a weight of each of {@code columns} output channels. A layer takes {@code
   * ceil(pixels / rows) * ceil(outputs / columns) * taps} of them, and as many again for a second
   * plane of codes. The array has no path of its own for groups: a grouped convolution steps
   * through the channels of all groups. Filling, draining and memory ports are left out, as are
   * pixels that a pool behind the layer never asks for: the hardware takes a little more or less.
   *
   * @param rows P, pixels at a time, at least 1
   * @param columns M, output channels at a time, at least 1
   */
  record ArraySteps(int rows, int columns) implements FormatCost {
    @Override
    public long ofWeights(FusedLayer.Linear layer, WeightFormat format) {
      int planes = format.bits() > HardwareLimits.MAX_CODE_BITS ? 2 : 1;
      int pixels = layer.sumPixels() ? layer.inputShape().pixels() : layer.outputShape().pixels();
      long taps = (long) layer.taps() * layer.groups();
      return ceil(pixels, rows) * ceil(layer.outChannels(), columns) * taps * planes;
    }

    @Override
    public long ofActivations(long elements, ActivationFormat format) {
      return 0;
    }

    @Override
    public Allocation.Unit unit() {
      return Allocation.Unit.ARRAY_STEPS;
    }

    private static long ceil(int value, int divisor) {
      return (value + divisor - 1) / divisor;
    }
  }
}
