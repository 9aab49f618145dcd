package lutmac.testbench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Supplier;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Bus;
import lutmac.generator.config.MapReads;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.PeStyles;
import lutmac.generator.program.BusClock;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.ConfigChooser;
import lutmac.generator.program.CycleModel;
import lutmac.generator.program.NetworkCompiler;
import lutmac.generator.program.Schedule;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.text.TextTable;
import lutmac.rtl.layout.Memory;
import lutmac.sim.harness.MemoryModel;
import lutmac.sim.report.SimulationReport;
import lutmac.sim.report.Verdict;
import lutmac.testbench.networks.PublishedNetwork;

/**
 * Prints what whole networks take on a bus, in the RTL, from the driver's start to the interrupt:
 * inputs, results, weights and maps that do not fit the buffers moved meanwhile; a memory that
 * answers after 60 cycles, a bus of 128 bits, a feature-map buffer of 512 KiB. {@code
 * testbenches/bench.sh bus} starts it; further arguments pick the rows that contain one of them,
 * {@code predicted} leaves the RTL out.
 */
public final class BusBench {
  private static final int LATENCY = 60;
  private static final int FEATURE_MAP_BYTES = 512 << 10;
  private static final int WEIGHT_BYTES = 256 << 10;
  private static final int PARAMETER_WORDS = 512;
  private static final int PROGRAM_WORDS = 2048;

  private BusBench() {}

  /**
   * A network on an array.
   *
   * @param busy least share of the array's multiply-accumulates, percent; 0 for no bar
   */
  private record Row(
      String network, Supplier<Subject> subject, String pe, int rows, int cols, double busy) {
    String title() {
      return "%s %s %dx%d".formatted(network, pe, rows, cols).toLowerCase(Locale.ROOT);
    }
  }

  /** Exit status 1 if a row misses its bar. */
  public static void main(String[] args) {
    List<String> wanted = new ArrayList<>(List.of(args));
    boolean predictedOnly = wanted.remove("predicted");
    wanted.replaceAll(part -> part.toLowerCase(Locale.ROOT));
    TextTable table =
        new TextTable(
            List.of(
                TextTable.Column.name("network"),
                TextTable.Column.name("array"),
                TextTable.Column.figure("cycles"),
                TextTable.Column.figure("core runs"),
                TextTable.Column.figure("model"),
                TextTable.Column.figure("busy %"),
                TextTable.Column.figure("at least %"),
                TextTable.Column.figure("runs"),
                TextTable.Column.figure("KiB moved"),
                TextTable.Column.figure("words"),
                TextTable.Column.figure("cycles/s"),
                TextTable.Column.name("verdict")));
    boolean met = true;
    for (Row row : rows()) {
      if (wanted.isEmpty() || wanted.stream().anyMatch(row.title()::contains)) {
        System.err.println("measuring: " + row.title());
        met &= measure(row, predictedOnly, table);
      }
    }
    System.out.printf(
        "%nOne image of each network on a bus of 128 bits, memory latency %d, %d KiB of feature maps,"
            + " %d KiB of weights%n%s%n",
        LATENCY, FEATURE_MAP_BYTES >> 10, WEIGHT_BYTES >> 10, table);
    System.exit(met ? 0 : 1);
  }

  private static List<Row> rows() {
    Supplier<Subject> resnet18 = Subject.seeded(PublishedNetwork.RESNET18);
    return List.of(
        new Row("ResNet-18 @224", resnet18, "bins", 14, 16, 92),
        new Row("ResNet-18 @224", resnet18, "bins", 7, 32, 96),
        new Row(
            "VGG-16 convolutions",
            Subject.seeded(PublishedNetwork.VGG16_CONVOLUTIONS),
            "bins",
            14,
            32,
            95),
        new Row("SqueezeNet 1.1", Subject.real(RealNetwork.SQUEEZENET), "csd", 14, 16, 75),
        new Row("MobileNetV2", Subject.real(RealNetwork.MOBILENETV2), "csd", 14, 16, 60),
        new Row("ResNet-20", Subject.real(RealNetwork.RESNET20), "bins", 8, 16, 90),
        new Row("ResNet-8", Subject.real(RealNetwork.RESNET8), "csd", 14, 16, 0),
        new Row("DS-CNN", Subject.real(RealNetwork.DSCNN), "csd", 14, 16, 0),
        new Row("VWW MobileNetV1", HardwareBench.personDetector(), "csd", 14, 16, 0),
        new Row("LeNet-5", Subject.real(RealNetwork.LENET5), "csd", 14, 16, 0),
        new Row("NNgen's CIFAR", Subject.seeded(PublishedNetwork.NNGEN_CIFAR), "csd", 9, 4, 81.4),
        new Row("NNgen's CIFAR", Subject.seeded(PublishedNetwork.NNGEN_CIFAR), "csd", 9, 16, 63.2),
        new Row("NNgen's LeNet", Subject.seeded(PublishedNetwork.NNGEN_LENET), "csd", 25, 4, 20.8));
  }

  /** An accelerator for a network, with buffers of a given size. */
  static AcceleratorConfig config(QuantizedNetwork network, int rows, int cols, PeStyle style) {
    PeStyle pe = ConfigChooser.suited(network, rows, cols, style, Map.of());
    AcceleratorConfig chosen =
        ConfigChooser.choose(
            network,
            rows,
            cols,
            pe,
            OptionalInt.empty(),
            OptionalInt.of(MapReads.MAX_BANKS),
            MapReads.FASTEST.feederRate());
    return chosen
        .withBuffers(
            Math.min(chosen.featureMapWords(), words(FEATURE_MAP_BYTES, Memory.FEATURE_MAPS, cols)),
            Math.min(chosen.weightWords(), words(WEIGHT_BYTES, Memory.WEIGHTS, cols)),
            Math.min(chosen.parameterWords(), PARAMETER_WORDS),
            Math.min(chosen.programWords(), PROGRAM_WORDS))
        .with(new Bus.Axi(32, 128));
  }

  private static int words(int bytes, Memory memory, int cols) {
    return Integer.highestOneBit(bytes * Byte.SIZE / memory.wordBits(cols));
  }

  private static boolean measure(Row row, boolean predictedOnly, TextTable table) {
    Subject subject = row.subject().get();
    AcceleratorConfig config =
        config(subject.network(), row.rows(), row.cols(), PeStyles.named(row.pe()));
    CompiledNetwork compiled = NetworkCompiler.compile(subject.network(), config);
    long predicted = BusClock.predict(compiled, LATENCY);
    long runs = CycleModel.runs(compiled).stream().mapToLong(Long::longValue).sum();
    long macs = compiled.macs();
    long cycles = predicted;
    long core = runs;
    String words = "-";
    String speed = "-";
    String verdict = "predicted";
    if (!predictedOnly) {
      SimulationReport report =
          Hardware.simulate(
              compiled,
              Hardware.rtl(config),
              List.of(subject.codes()),
              options -> options.withMemory(MemoryModel.USUAL.withLatency(LATENCY)));
      cycles = report.busCyclesPerImage();
      core = report.runCyclesPerImage();
      words = String.valueOf(report.wordsCompared());
      speed = String.format(Locale.ROOT, "%.0f", report.timing().cyclesPerSecond());
      verdict =
          report.verdict() == Verdict.BIT_EXACT
              ? "bit-exact"
              : report.verdict()
                  + report.failure().map(why -> " " + why).orElse("")
                  + report.firstMismatch().map(first -> " " + first.describe()).orElse("");
    }
    double busy = 100.0 * macs / ((double) cycles * row.rows() * row.cols());
    boolean met = busy >= row.busy() && (predictedOnly || verdict.equals("bit-exact"));
    String line =
        "%s: %d cycles, model %+d; core %d, model %+d; busy %.1f %% (%.1f), %d runs, %s"
            .formatted(
                row.title(),
                cycles,
                predicted - cycles,
                core,
                runs - core,
                busy,
                row.busy(),
                compiled.schedule().map(s -> s.runs().size()).orElse(1),
                verdict);
    System.err.println("  " + line);
    table.row(
        row.network(),
        "%s %dx%d".formatted(row.pe(), row.rows(), row.cols()),
        cycles,
        core,
        String.format(Locale.ROOT, "%+.2f %%", 100.0 * (predicted - cycles) / cycles),
        String.format(Locale.ROOT, "%.1f", busy),
        row.busy() > 0 ? String.format(Locale.ROOT, "%.1f", row.busy()) : "-",
        compiled.schedule().map(s -> s.runs().size()).orElse(1),
        compiled.schedule().map(Schedule::traffic).map(t -> t.total() >> 10).orElse(0L),
        words,
        speed,
        verdict + (met ? "" : ", MISSED"));
    return met;
  }
}
