package lutmac.quant.report;

import java.util.Locale;
import lutmac.quant.result.Allocation;

/**
 * How a plot shows what a budget counts.
 *
 * @param title of the quantity
 * @param label of the axis, with its unit
 * @param unit of the axis, in the allocation's
 * @param least margin of the axis that can be seen, in the axis' unit
 */
record CostAxis(String title, String label, double unit, double least) {
  private static final double KIBIBYTE = 8192;
  private static final double THOUSAND = 1000;

  static CostAxis of(Allocation.Unit unit) {
    return switch (unit) {
      case CODE_BITS -> memory("weight codes (KiB)");
      case MEMORY_BITS -> memory("weights, tables and feature maps (KiB)");
      case ARRAY_STEPS ->
          new CostAxis("Array steps", "steps an image (thousands)", THOUSAND, 1 / THOUSAND);
      case CYCLES -> new CostAxis("Cycles", "cycles an image (thousands)", THOUSAND, 1 / THOUSAND);
    };
  }

  private static CostAxis memory(String label) {
    return new CostAxis("Memory", label, KIBIBYTE, 1 / KIBIBYTE);
  }

  double at(Allocation.Point point) {
    return point.cost() / unit;
  }

  String words(Allocation.Point point) {
    return unit == KIBIBYTE
        ? Quantity.memory(point.cost())
        : String.format(Locale.ROOT, "%d %s", point.cost(), label.split(" ")[0]);
  }
}
