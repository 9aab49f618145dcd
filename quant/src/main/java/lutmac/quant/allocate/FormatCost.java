package lutmac.quant.allocate;

import java.util.List;
import lutmac.network.HardwareLimits;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.hardware.FormatTimes;
import lutmac.quant.hardware.HardwareUse;
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
      return (long) layer.weights().length * format.bits() + tables(format);
    }

    @Override
    public long ofActivations(long elements, ActivationFormat format) {
      return elements * format.bits();
    }

    @Override
    public Allocation.Unit unit() {
      return Allocation.Unit.MEMORY_BITS;
    }

    private static long tables(WeightFormat format) {
      int low = Math.min(HardwareLimits.MAX_CODE_BITS, format.bits());
      int high = format.bits() - low;
      int levels = (1 << low) + (high > 0 ? 1 << high : 0);
      return (long) levels * HardwareLimits.LEVEL_BITS;
    }
  }

  /**
   * The same as memories of the hardware hold them: lanes of 2, 4 and 8 bits for maps, codes of 1,
   * 2 and 4 bits for every plane of weights.
   */
  record StoredBits() implements FormatCost {
    @Override
    public long ofWeights(FusedLayer.Linear layer, WeightFormat format) {
      int planes = format.bits() > HardwareLimits.MAX_CODE_BITS ? 2 : 1;
      int code = Math.min(HardwareLimits.MAX_CODE_BITS, format.bits());
      return (long) layer.weights().length * planes * powerOfTwo(code) + MemoryBits.tables(format);
    }

    @Override
    public long ofActivations(long elements, ActivationFormat format) {
      return elements * powerOfTwo(format.bits());
    }

    @Override
    public Allocation.Unit unit() {
      return Allocation.Unit.MEMORY_BITS;
    }

    /** The least that is no smaller. */
    private static int powerOfTwo(int bits) {
      return Integer.highestOneBit(2 * bits - 1);
    }
  }

  /**
   * Time that the hardware takes for one image.
   *
   * @param cycles whether it is counted in cycles; else in steps of the array
   */
  record Time(FormatTimes times, boolean cycles) implements FormatCost {
    @Override
    public long ofWeights(FusedLayer.Linear layer, WeightFormat format) {
      HardwareUse use = times.uses().get(format);
      return cycles ? use.cycles(layer.name()) : use.steps(layer.name());
    }

    @Override
    public long ofActivations(long elements, ActivationFormat format) {
      return 0;
    }

    @Override
    public Allocation.Unit unit() {
      return cycles ? Allocation.Unit.CYCLES : Allocation.Unit.ARRAY_STEPS;
    }

    /** Time that no choice of these layers' weights changes. */
    long rest(List<FusedLayer.Linear> layers) {
      WeightFormat format = times.uses().keySet().iterator().next();
      HardwareUse use = times.uses().get(format);
      long all = cycles ? use.cycles() : use.steps();
      return all - layers.stream().mapToLong(layer -> ofWeights(layer, format)).sum();
    }
  }
}
