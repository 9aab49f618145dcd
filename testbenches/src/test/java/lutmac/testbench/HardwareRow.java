package lutmac.testbench;

import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.CycleModel;
import lutmac.generator.program.LayerCycles;
import lutmac.generator.program.MemoryUse;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.quant.result.MemoryCount;
import lutmac.quant.result.MemoryReport;
import lutmac.sim.report.SimulationReport;
import lutmac.sim.report.Verdict;

/**
 * A network on an array: what it takes, and what it may.
 *
 * @param network for people
 * @param setting how it was quantized, for people
 * @param subject the network with one image; asked for when the row is wanted
 * @param simulated whether the RTL runs it; else the cycle model says what it would take
 * @param bar what it may take
 */
record HardwareRow(
    String network,
    String setting,
    Supplier<Subject> subject,
    PeStyle pe,
    int rows,
    int cols,
    boolean simulated,
    Bar bar) {
  static final List<String> HEADER =
      List.of(
          "network",
          "setting",
          "array",
          "cycles",
          "model",
          "busy %",
          "of port %",
          "at least %",
          "at most",
          "memory KiB",
          "of numbers",
          "words",
          "verdict");

  /**
   * Limits.
   *
   * @param busy least share of the array, percent
   * @param steps array steps that a multiply-accumulate counts for: 2 with two planes of weights
   * @param cycles most cycles
   * @param memory most on-chip memory in words over that of the numbers
   */
  record Bar(Optional<Double> busy, int steps, Optional<Long> cycles, Optional<Double> memory) {
    static final Bar NONE = new Bar(Optional.empty(), 1, Optional.empty(), Optional.empty());

    static Bar busy(double percent) {
      return new Bar(Optional.of(percent), 1, Optional.empty(), Optional.empty());
    }

    Bar ofSteps(int count) {
      return new Bar(busy, count, cycles, memory);
    }

    Bar cycles(long most) {
      return new Bar(busy, steps, Optional.of(most), memory);
    }

    Bar memory(double most) {
      return new Bar(busy, steps, cycles, Optional.of(most));
    }
  }

  /**
   * What the network takes.
   *
   * @param config the accelerator
   * @param cycles of an image
   * @param predicted the cycle model's
   * @param furthest largest difference of the two in one layer, in cycles; 0 if nothing ran
   * @param macs useful multiply-accumulates
   * @param storedBytes of the on-chip memory that is used, descriptors included
   * @param numberBytes that the quantizer counts: codes, tables, biases, maps alive at once
   * @param words compared with the reference
   */
  record Measured(
      HardwareRow row,
      AcceleratorConfig config,
      long cycles,
      long predicted,
      long furthest,
      long macs,
      long storedBytes,
      long numberBytes,
      long words,
      Optional<Verdict> verdict) {

    double busyPercent() {
      return 100.0 * row.bar.steps() * macs / ((double) cycles * row.rows * row.cols);
    }

    /** Share of the weights' port, which reads M codes a cycle: what bounds dense layers. */
    private double portPercent() {
      return 100.0 * macs / ((double) cycles * row.cols);
    }

    private double memoryRatio() {
      return (double) storedBytes / numberBytes;
    }

    /** Whether it computes the right words within the bars. */
    boolean met() {
      return verdict.map(v -> v == Verdict.BIT_EXACT).orElse(true)
          && row.bar.busy().map(least -> busyPercent() >= least).orElse(true)
          && row.bar.cycles().map(most -> cycles <= most).orElse(true)
          && row.bar.memory().map(most -> memoryRatio() <= most).orElse(true);
    }

    /** What matters, on a line. */
    String line() {
      return "%d cycles, model %+d (%d), busy %s %%, memory %.3f, %s"
          .formatted(
              cycles,
              predicted - cycles,
              furthest,
              percent(busyPercent()),
              memoryRatio(),
              verdict.map(Verdict::name).orElse("predicted"));
    }

    Object[] cells() {
      String difference =
          verdict.isEmpty()
              ? "-"
              : cycles == predicted && furthest == 0
                  ? "same"
                  : String.format(Locale.ROOT, "%+d (%d)", predicted - cycles, furthest);
      return new Object[] {
        row.network,
        row.setting,
        "%s %dx%d".formatted(row.pe.name(), row.rows, row.cols),
        cycles,
        difference,
        percent(busyPercent()),
        portPercent() <= 100 ? percent(portPercent()) : "-",
        row.bar.busy().map(Measured::percent).orElse("-"),
        row.bar.cycles().map(String::valueOf).orElse("-"),
        String.format(Locale.ROOT, "%.1f", storedBytes / 1024.0),
        String.format(Locale.ROOT, "%.3f", memoryRatio()),
        words == 0 ? "-" : words,
        "%s%s"
            .formatted(
                verdict
                    .map(v -> v == Verdict.BIT_EXACT ? "bit-exact" : v.name())
                    .orElse("predicted"),
                met() ? "" : ", MISSED")
      };
    }

    private static String percent(double value) {
      return String.format(Locale.ROOT, "%.1f", value);
    }
  }

  Measured measure(boolean predictedOnly) {
    Subject subject = this.subject.get();
    CompiledNetwork compiled = Hardware.compile(subject.network(), rows, cols, pe);
    List<LayerCycles> model = CycleModel.predict(compiled);
    long predicted = model.stream().mapToLong(LayerCycles::cycles).sum();
    Optional<SimulationReport> report =
        simulated && !predictedOnly
            ? Optional.of(Hardware.simulate(compiled, List.of(subject.codes())))
            : Optional.empty();
    return new Measured(
        this,
        compiled.config(),
        report.map(SimulationReport::cyclesPerImage).orElse(predicted),
        predicted,
        report.map(run -> furthest(model, run)).orElse(0L),
        compiled.macs(),
        MemoryUse.of(compiled).total(),
        numberBytes(compiled.network()),
        report.map(SimulationReport::wordsCompared).orElse(0L),
        report.map(SimulationReport::verdict));
  }

  private static long furthest(List<LayerCycles> model, SimulationReport report) {
    long furthest = 0;
    for (int i = 0; i < Math.min(model.size(), report.layers().size()); i++) {
      furthest =
          Math.max(furthest, Math.abs(model.get(i).cycles() - report.layers().get(i).cycles()));
    }
    return furthest;
  }

  private static long numberBytes(QuantizedNetwork network) {
    MemoryReport report = MemoryCount.of(network);
    return (report.weights() + report.biases() + report.peakActivations()) / Byte.SIZE;
  }
}
