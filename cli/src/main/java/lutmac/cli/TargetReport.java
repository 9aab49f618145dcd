package lutmac.cli;

import java.util.List;
import java.util.Optional;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.text.TextTable;
import lutmac.quant.hardware.Hardware;
import lutmac.quant.hardware.HardwareReport;
import lutmac.quant.hardware.HardwareUse;
import lutmac.quant.hardware.LayerTime;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.result.MemoryCount;
import lutmac.quant.result.QuantizationResult;

/**
 * What a network takes on the hardware that it is quantized for.
 *
 * @param report with other formats of weights: one plane of codes and two
 */
record TargetReport(QuantizedNetwork network, HardwareReport report) {
  private static final WeightFormat ONE_PLANE = new WeightFormat.Table(4, 2);
  private static final WeightFormat TWO_PLANES = new WeightFormat.FixedPoint(8);

  static TargetReport of(Hardware hardware, QuantizationResult result) {
    return new TargetReport(
        result.network(),
        HardwareReport.of(hardware, result.network(), List.of(ONE_PLANE, TWO_PLANES)));
  }

  /** 1 if the hardware does not run the network. */
  int exitCode() {
    return report.refusal().isPresent() ? 1 : 0;
  }

  /** Why the hardware does not run the network, if it does not. */
  Optional<String> refusal() {
    return report
        .refusal()
        .map(reason -> "%s does not run the network: %s".formatted(report.hardware(), reason));
  }

  /** Cycles by layer, and memories; empty if nothing is known. */
  String text() {
    return report.use().map(this::text).orElse("");
  }

  private String text(HardwareUse use) {
    TextTable table =
        new TextTable(report.hardware(), "cycles", "with 4-bit tables", "with 8-bit weights");
    for (LayerTime time : use.times()) {
      boolean weights = network.macLayers().stream().anyMatch(layer -> isOf(layer, time));
      table.row(
          time.layer(),
          time.cycles(),
          weights ? other(ONE_PLANE, time.layer()) : "",
          weights ? other(TWO_PLANES, time.layer()) : "");
    }
    table.row("predicted", use.cycles(), other(ONE_PLANE), other(TWO_PLANES));
    return "%s%n%n%s".formatted(table, memory(use).text());
  }

  private static boolean isOf(MacLayer layer, LayerTime time) {
    return layer.name().equals(time.layer());
  }

  private String other(WeightFormat format) {
    return Optional.ofNullable(report.others().get(format))
        .map(use -> Long.toString(use.cycles()))
        .orElse("-");
  }

  private String other(WeightFormat format, String layer) {
    return Optional.ofNullable(report.others().get(format))
        .map(use -> Long.toString(use.cycles(layer)))
        .orElse("-");
  }

  private OnChipMemory memory(HardwareUse use) {
    return OnChipMemory.of(MemoryCount.of(network), use.memory());
  }

  /**
   * For machines.
   *
   * @param refusal null if the hardware runs the network
   * @param cycles null if nothing is known; likewise the rest
   */
  record Json(
      String hardware,
      String refusal,
      Long cycles,
      Long steps,
      List<LayerTime> layers,
      OnChipMemory memory) {}

  Json json() {
    Optional<HardwareUse> use = report.use();
    return new Json(
        report.hardware(),
        report.refusal().orElse(null),
        use.map(HardwareUse::cycles).orElse(null),
        use.map(HardwareUse::steps).orElse(null),
        use.map(HardwareUse::times).orElse(null),
        use.map(this::memory).orElse(null));
  }
}
