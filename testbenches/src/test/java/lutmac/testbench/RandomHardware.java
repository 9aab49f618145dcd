package lutmac.testbench;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Bus;
import lutmac.generator.config.Features;
import lutmac.generator.config.MapReads;
import lutmac.generator.config.OutputUnit;
import lutmac.generator.pe.BinsStyle;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.PeStyles;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.CycleModel;
import lutmac.generator.program.LayerCycles;
import lutmac.sim.report.ReportText;
import lutmac.sim.report.SimulatedLayer;
import lutmac.sim.report.SimulationReport;
import lutmac.sim.report.Verdict;

/** The accelerators that random networks run on, and what is demanded of them. */
public final class RandomHardware {
  private static final PeStyle WIDE_BINS = new BinsStyle(20, 2);

  /** One hardware for many networks, so that few simulators have to be built. */
  private static final List<AcceleratorConfig> ARRAYS =
      Stream.concat(
              PeStyles.all().stream().map(pe -> roomy(5, 3, pe, all(pe, rate(pe), banks(pe)))),
              Stream.of(roomy(4, 8, WIDE_BINS, all(WIDE_BINS, 1, MapReads.MAX_BANKS))))
          .toList();

  /** Arrays that have nothing but what plain networks need. */
  private static final List<AcceleratorConfig> PLAIN_ARRAYS =
      PeStyles.all().stream()
          .map(
              pe ->
                  roomy(
                      4,
                      6,
                      pe,
                      Features.PLAIN.with(MapReads.FASTEST.withFeederRate(feederRate(pe)))))
          .toList();

  /** The smallest features: no maxima, and with them two levels less of the walk. */
  private static final List<AcceleratorConfig> ARRAYS_WITHOUT_MAXIMA =
      List.of(
          roomy(3, 4, PeStyles.named("csd"), withoutMaxima(2, 4)),
          roomy(8, 2, PeStyles.named("serial"), withoutMaxima(1, 1)));

  /** The one of style csd. */
  public static AcceleratorConfig csdArray() {
    return ARRAYS.stream()
        .filter(array -> array.pe().name().equals("csd"))
        .findFirst()
        .orElseThrow();
  }

  /** A small array of every style, on buses of all widths. */
  public static List<AcceleratorConfig> onBuses() {
    return List.of(
        onBus(2, 3, PeStyles.named("csd"), 1, 2, new Bus.Axi(32, 64)),
        onBus(2, 9, PeStyles.named("bins"), 2, 2, new Bus.Axi(40, 128)),
        onBus(3, 4, PeStyles.named("serial"), 3, 2, new Bus.Axi(64, 64)),
        onBus(1, 16, PeStyles.named("dsp"), 4, 1, new Bus.Axi(33, 128)),
        onBus(4, 8, WIDE_BINS, 1, 2, new Bus.Axi(32, 128)),
        onBus(5, 2, PeStyles.named("csd"), 1, 1, new Bus.Axi(48, 64)));
  }

  /** One on a bus whose words are two beats. */
  public static AcceleratorConfig wideBus() {
    return onBuses().get(1);
  }

  /** The arrays that can do everything. */
  public static List<AcceleratorConfig> everyArray() {
    return ARRAYS;
  }

  static List<AcceleratorConfig> plainArrays() {
    return PLAIN_ARRAYS;
  }

  static List<AcceleratorConfig> arraysWithoutMaxima() {
    return ARRAYS_WITHOUT_MAXIMA;
  }

  private static Features withoutMaxima(int feederRate, int outputRate) {
    Features plain =
        Features.PLAIN
            .with(MapReads.FASTEST.withFeederRate(feederRate))
            .with(Features.PLAIN.output().withRate(outputRate));
    return Features.of(name -> name.equals("pools") ? 0 : plain.values().get(name));
  }

  /** What is wrong with a run: words, steps or cycles of a layer; empty if nothing is. */
  public static Optional<String> fault(CompiledNetwork compiled, SimulationReport report) {
    if (report.verdict() != Verdict.BIT_EXACT) {
      return Optional.of(ReportText.of(report));
    }
    List<LayerCycles> predicted = CycleModel.predict(compiled);
    if (compiled.schedule().isPresent()) {
      // Between its runs the core waits; nothing that is moved makes a run longer.
      List<LayerCycles> layers = CycleModel.layers(compiled);
      return differ(
              "array steps",
              layers.stream().map(LayerCycles::steps).toList(),
              report.layers().stream().map(SimulatedLayer::steps).toList())
          .or(
              () ->
                  differ(
                      "cycles of all runs",
                      List.of(predicted.stream().mapToLong(LayerCycles::cycles).sum()),
                      List.of(report.runCyclesPerImage())));
    }
    return differ(
            "array steps",
            predicted.stream().map(LayerCycles::steps).toList(),
            report.layers().stream().map(SimulatedLayer::steps).toList())
        .or(
            () ->
                differ(
                    "cycles",
                    predicted.stream().map(LayerCycles::cycles).toList(),
                    report.layers().stream().map(SimulatedLayer::cycles).toList()));
  }

  private static Optional<String> differ(String what, List<Long> predicted, List<Long> simulated) {
    return predicted.equals(simulated)
        ? Optional.empty()
        : Optional.of(
            "%s of the cycle model %s, simulated %s".formatted(what, predicted, simulated));
  }

  /** A rate of the feeder: every one is some style's. */
  private static int feederRate(PeStyle pe) {
    return 1 + PeStyles.all().indexOf(pe) % MapReads.MAX_FEEDER_RATE;
  }

  /** A rate of the output unit: every one is some style's. */
  private static int rate(PeStyle pe) {
    return 1 + PeStyles.all().indexOf(pe) % OutputUnit.MAX_RATE;
  }

  /** Banks of the feature maps: with one, skips wait for activations. */
  private static int banks(PeStyle pe) {
    return 1 + PeStyles.all().indexOf(pe) % MapReads.MAX_BANKS;
  }

  /** Everything that arrays of a style can have. */
  private static Features all(PeStyle pe, int outputRate, int banks) {
    Map<String, Integer> values =
        Features.ALL
            .with(Features.ALL.output().withRate(outputRate))
            .with(MapReads.FASTEST.withBanks(banks))
            .values();
    return Features.of(
        name ->
            name.equals("planes") ? Math.min(values.get(name), pe.mostPlanes()) : values.get(name));
  }

  private static AcceleratorConfig onBus(
      int rows, int cols, PeStyle pe, int outputRate, int banks, Bus bus) {
    return new AcceleratorConfig(
            rows, cols, pe, all(pe, outputRate, banks), 32, 1 << 11, 1 << 12, 1 << 7, 1 << 11)
        .with(bus);
  }

  private static AcceleratorConfig roomy(int rows, int cols, PeStyle pe, Features features) {
    return new AcceleratorConfig(rows, cols, pe, features, 32, 1 << 14, 1 << 16, 1 << 11, 1 << 14);
  }
}
