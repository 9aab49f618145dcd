package lutmac.cli;

import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import lutmac.api.files.DirectoryOutput;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Bus;
import lutmac.generator.design.DesignDirectory;
import lutmac.generator.design.DesignSettings;
import lutmac.generator.emit.DesignName;
import lutmac.generator.program.BufferNeed;
import lutmac.generator.program.BusClock;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.ConfigChooser;
import lutmac.generator.program.CycleModel;
import lutmac.generator.program.HostTransfers;
import lutmac.generator.program.LayerCycles;
import lutmac.generator.program.NetworkCompiler;
import lutmac.generator.program.Schedule;
import lutmac.network.BadInputException;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.text.Parts;
import lutmac.network.text.TextTable;
import lutmac.quant.result.MemoryCount;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.TypeConversionException;

/** {@code lutmac generate}. */
@Command(
    name = "generate",
    mixinStandardHelpOptions = true,
    showDefaultValues = true,
    description = "Quantized network in, a design directory out: Verilog, program, memories.",
    footer = {
      "",
      "Example:",
      "  lutmac generate net.lut.onnx --array 14x16 --pe bins -o design/",
      "",
      "On a bus the network may be larger than the buffers:",
      "  lutmac generate lutmac-demo/digits.lut.onnx --bus axi --feature-map-words 256 -o small/",
      "",
      "A network that another tool quantized does not say how images are prepared:",
      "  lutmac generate qcdq.onnx --mean 127.5 --std 127.5 -o design/"
    })
final class GenerateCommand implements Callable<Integer> {
  @Mixin private QuantizedInput input;

  @Option(
      names = {"-o", "--output"},
      required = true,
      paramLabel = "DIR",
      description = "Where the design goes.")
  private DirectoryOutput output;

  @Option(
      names = "--name",
      paramLabel = "NAME",
      converter = NameConverter.class,
      defaultValue = "lutmac",
      description =
          "What the names of all modules begin with, small letters and digits: designs of different"
              + " names go into one netlist.")
  private DesignName name;

  @Option(
      names = "--force",
      description = "Replace a design even if its files were edited since they were generated.")
  private boolean force;

  @Mixin private SizingOptions sizing;
  @Mixin private KitOptions kit;
  @Mixin private Output result;

  @Override
  public Integer call() {
    QuantizedNetwork network = input.read(result);
    CompiledNetwork compiled = compiled(network);
    DesignSettings settings = kit.settings(compiled, name);
    if (force) {
      DesignDirectory.overwrite(output.path(), compiled, settings);
    } else {
      DesignDirectory.write(output.path(), compiled, settings);
    }

    Prediction prediction = Prediction.of(compiled);
    result.json(json(compiled, prediction));
    result.text(text(compiled, prediction));
    return 0;
  }

  /**
   * The cycles of an image.
   *
   * @param core cycles in which the core runs
   * @param host those in which it does not, because something is moved
   */
  private record Prediction(List<LayerCycles> layers, long core, long host) {
    static Prediction of(CompiledNetwork compiled) {
      List<LayerCycles> layers = CycleModel.layers(compiled);
      long core = layers.stream().mapToLong(LayerCycles::cycles).sum();
      long host =
          compiled.config().bus() == Bus.STREAM
              ? HostTransfers.of(compiled).between(compiled, layers)
              : BusClock.predict(compiled, BusClock.USUAL_LATENCY) - core;
      return new Prediction(layers, core, host);
    }

    double imagesPerSecond(double megahertz) {
      return megahertz * 1e6 / (core + host);
    }
  }

  /** What the core waits for behind streams. */
  private static String hostMoves(CompiledNetwork compiled) {
    return compiled.inputFreeAt().isPresent()
        ? "the host reads the result; it writes the next image while later layers run"
        : "the host writes an image and reads the result";
  }

  /** What does not fit says at once all that the network needs. */
  private CompiledNetwork compiled(QuantizedNetwork network) {
    AcceleratorConfig config = sizing.config(network);
    try {
      return NetworkCompiler.compile(network, config);
    } catch (BadInputException e) {
      throw sizing.isGiven()
          ? new BadInputException("%s; %s".formatted(e.getMessage(), sizing.needs(network)), e)
          : e;
    }
  }

  private String text(CompiledNetwork compiled, Prediction prediction) {
    AcceleratorConfig config = compiled.config();
    int elements = config.rows() * config.cols();
    TextTable table = new TextTable("layer", "cycles", "busy %");
    List<String> names =
        Parts.numbered(prediction.layers().stream().map(LayerCycles::name).toList());
    for (int row = 0; row < names.size(); row++) {
      LayerCycles layer = prediction.layers().get(row);
      table.row(
          names.get(row),
          layer.cycles(),
          layer.macs() == 0 ? "-" : percent(layer.macShare(elements)));
    }
    long total = prediction.core();
    table.row("predicted", total, percent(compiled.macs() / ((double) total * elements)));
    String speed =
        String.format(
            Locale.ROOT,
            "at %s MHz %.1f images a second: %d cycles, and %d in which %s",
            decimal(kit.clock()),
            prediction.imagesPerSecond(kit.clock()),
            total,
            prediction.host(),
            config.bus() == Bus.STREAM
                ? hostMoves(compiled)
                : "the core waits for a memory that answers after %d cycles"
                    .formatted(BusClock.USUAL_LATENCY));
    speed += compiled.schedule().map(GenerateCommand::traffic).orElse("");
    return "%s%n%s%n%s%n%n%s%n%n%s%n%narray %dx%d %s, %d-bit sums; feature maps %d x %d bytes, weights %d x %d bits%n%s"
        .formatted(
            table,
            turnedArray(compiled, total),
            speed,
            memory(compiled).text(),
            buffers(compiled),
            config.rows(),
            config.cols(),
            config.pe().name(),
            config.accBits(),
            config.featureMapWords(),
            config.cols(),
            config.weightWords(),
            4 * config.cols(),
            goOn());
  }

  /** What is there now, and what to do with it. */
  private String goOn() {
    return "wrote %s, begin with %s%nnext: lutmac simulate %s --data IMAGES"
        .formatted(output.path(), output.path().resolve("README.md"), output.path());
  }

  /** What is moved because the buffers are smaller than the network. */
  private static String traffic(Schedule schedule) {
    Schedule.Traffic traffic = schedule.traffic();
    return String.format(
        Locale.ROOT,
        "%nthe network does not fit the buffers: %d runs an image; %d bytes of feature maps and %d of programs, weights and parameters are loaded, %d of feature maps stored, %d of scratch memory needed",
        schedule.runs().size(),
        traffic.maps(),
        traffic.constants(),
        traffic.stored(),
        schedule.script().scratchBytes());
  }

  /**
   * Says when the array that has as many columns as this one has rows is faster: more rows than
   * columns want more words than a memory reads.
   */
  private static String turnedArray(CompiledNetwork compiled, long cycles) {
    AcceleratorConfig config = compiled.config();
    if (config.rows() <= config.cols() || compiled.schedule().isPresent()) {
      return "";
    }
    QuantizedNetwork network = compiled.network();
    AcceleratorConfig turned =
        ConfigChooser.choose(network, config.cols(), config.rows(), config.pe());
    long faster =
        CycleModel.predict(NetworkCompiler.compile(network, turned)).stream()
            .mapToLong(LayerCycles::cycles)
            .sum();
    return faster < cycles
        ? String.format(
            Locale.ROOT,
            "%nan array of %dx%d takes %d cycles, %.2f times as fast%n",
            turned.rows(),
            turned.cols(),
            faster,
            (double) cycles / faster)
        : "";
  }

  private static OnChipMemory memory(CompiledNetwork compiled) {
    return OnChipMemory.of(MemoryCount.of(compiled.network()), TargetHardware.stored(compiled));
  }

  /** What the whole network needs of every buffer. */
  private static TextTable buffers(CompiledNetwork compiled) {
    TextTable table = new TextTable("buffer", "words needed", "depth", "bytes a word", "bytes");
    for (BufferNeed need : BufferNeed.of(compiled)) {
      table.row(need.buffer(), need.words(), need.depth(), need.wordBytes(), need.bytes());
    }
    return table;
  }

  private static String decimal(double value) {
    return value == Math.rint(value)
        ? String.valueOf((long) value)
        : String.format(Locale.ROOT, "%s", value);
  }

  private static String percent(double share) {
    return String.format(Locale.ROOT, "%.1f", 100 * share);
  }

  private Json json(CompiledNetwork compiled, Prediction prediction) {
    AcceleratorConfig config = compiled.config();
    return new Json(
        compiled.network().name(),
        output.path().toString(),
        name.top(),
        config.rows(),
        config.cols(),
        config.pe().name(),
        config.accBits(),
        config.featureMapWords(),
        config.weightWords(),
        memory(compiled),
        prediction.core(),
        prediction.host(),
        kit.clock(),
        prediction.imagesPerSecond(kit.clock()),
        BufferNeed.of(compiled),
        prediction.layers());
  }

  /** A design's name as it is written on the command line. */
  private static final class NameConverter implements ITypeConverter<DesignName> {
    @Override
    public DesignName convert(String text) {
      try {
        return new DesignName(text);
      } catch (IllegalArgumentException e) {
        throw new TypeConversionException(e.getMessage());
      }
    }
  }

  /** The result for machines. */
  private record Json(
      String network,
      String design,
      String top,
      int rows,
      int cols,
      String pe,
      int accumulatorBits,
      int featureMapWords,
      int weightWords,
      OnChipMemory memory,
      long predictedCycles,
      long hostCycles,
      double clockMegahertz,
      double imagesPerSecond,
      List<BufferNeed> buffers,
      List<LayerCycles> layers) {}
}
