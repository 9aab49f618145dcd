package lutmac.testbench.area;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Bus;
import lutmac.generator.config.Features;
import lutmac.generator.config.OutputUnit;
import lutmac.generator.emit.DesignName;
import lutmac.generator.emit.RtlEmitter;
import lutmac.generator.pe.AreaBound;
import lutmac.generator.pe.ArrayFeatures;
import lutmac.generator.pe.CsdStyle;
import lutmac.generator.pe.DspStyle;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.PeStyles;

/**
 * Writes the designs whose area {@code make area} measures: every style's arrays with their bounds,
 * what is around the array in the core, plain and with each feature, also around one of 2 x 2 that
 * {@code make clock} places, and all that is around it, with bounds.
 */
public final class MeasuredDesigns {
  private static final int CORE_ROWS = 8;
  private static final int CORE_COLS = 16;

  /** Sum bits, activation bits that go with codes of so many bits: two codes an octave, eight. */
  private static final int ACC_BITS = 24;

  /** Maps of up to 511 columns, 1,023 tiles. */
  private static final int COUNT_BITS = 10;

  /** Sums as wide as the array's, one segment a tile, no skips. */
  private static final Features PLAIN =
      Features.PLAIN.with(new OutputUnit(ACC_BITS, false, 0, 1)).withCountBits(COUNT_BITS);

  /** What is around an array that does all that plain networks with skips want. */
  private static final Map<String, Integer> EVERYTHING = Map.of();

  /** Enough where a second bank saves no cycle, as on 14 x 16 of all networks that were tried. */
  private static final Map<String, Integer> ONE_BANK = Map.of("mapBanks", 1);

  /** What ResNet-20 needs on 14 x 16: one bank costs it no cycle, and it has no maxima. */
  private static final Map<String, Integer> LEAN = Map.of("mapBanks", 1, "pools", 0);

  /** The same with the smaller feeder, for some cycles. */
  private static final Map<String, Integer> LEANEST =
      Map.of("mapBanks", 1, "pools", 0, "feederRate", 2);

  private static final int LOG_BITS = 4;
  private static final int LOG_ACT_BITS = 11;
  private static final int MAX_LOG_BITS = 6;
  private static final int MAX_LOG_ACT_BITS = 14;

  private final Path directory;
  private final PrintStream list;
  private int number;

  private MeasuredDesigns(Path directory, PrintStream list) {
    this.directory = directory;
    this.list = list;
  }

  /**
   * Writes one directory a design, named by its number, and the list of them on standard output,
   * one a line: number, top module, elements or columns that share its look-up tables, name, bits
   * of a sum, parameters and features, most look-up tables of such a share or 0, and where there
   * may be multiplier blocks {@code blocks}.
   *
   * @param arguments directory, rows and columns of the arrays
   */
  public static void main(String[] arguments) throws IOException {
    int rows = Integer.parseInt(arguments[1]);
    int cols = Integer.parseInt(arguments[2]);
    MeasuredDesigns designs = new MeasuredDesigns(Path.of(arguments[0]), System.out);
    for (PeStyle style : PeStyles.all()) {
      for (AreaBound bound : style.areaBounds()) {
        designs.array(bound, rows, cols);
      }
    }
    designs.arrayOfBlocks(new DspStyle(1), rows, cols);
    designs.arrayOfBlocks(new DspStyle(2), rows, cols);
    designs.core("-", Map.of());
    designs.core("planes=2", Map.of("planes", 2));
    designs.core("depthwise=1", Map.of("depthwise", 1));
    designs.core("packedMaps=1", Map.of("packedMaps", 1));
    designs.core("packedCodes=1", Map.of("packedCodes", 1));
    designs.logarithmicCore(LOG_BITS, LOG_ACT_BITS);
    designs.logarithmicCore(MAX_LOG_BITS, MAX_LOG_ACT_BITS);
    designs.core("activationTables=1", Map.of("activationTables", 1));
    designs.core("spacedRows=1", Map.of("spacedRows", 1));
    designs.core("pools=0", Map.of("pools", 0));
    designs.core("feederRate=2", Map.of("feederRate", 2));
    designs.core("countBits=16", Map.of("countBits", Features.MAX_COUNT_BITS));
    designs.core("alignBits=4", Map.of("alignBits", 4));
    designs.core("alignBits=4,outputRate=2", Map.of("alignBits", 4, "outputRate", 2));
    designs.core("alignBits=4,outputRate=4", Map.of("alignBits", 4, "outputRate", 4));
    designs.core("segments=1", Map.of("segments", 1));
    designs.core(
        "sumBits=32,segments=1,alignBits=5", Map.of("sumBits", 32, "segments", 1, "alignBits", 5));
    designs.core("2x2", 2, 2, PLAIN);
    designs.shell(8, 8, EVERYTHING, 1, 4600);
    designs.shell(8, 8, EVERYTHING, 4, 3720);
    designs.shell(14, 16, EVERYTHING, 1, 7750);
    designs.shell(14, 16, EVERYTHING, 4, 6000);
    designs.shell(8, 8, LEAN, 1, 4050);
    designs.shell(8, 8, LEANEST, 4, 3000);
    designs.shell(14, 16, LEAN, 1, 7050);
    designs.shell(14, 16, LEAN, 4, 5450);
    designs.shell(14, 16, LEANEST, 4, 4750);
    designs.bus(64, 14, 16, EVERYTHING, 4, 8000);
    designs.bus(64, 14, 16, ONE_BANK, 4, 7850);
    designs.bus(128, 14, 16, EVERYTHING, 4, 8000);
    designs.bus(128, 14, 16, LEAN, 4, 7750);
  }

  private void logarithmicCore(int bits, int actBits) throws IOException {
    core(
        "logBits=%d,actBits=%d".formatted(bits, actBits),
        Map.of("logBits", bits, "actBits", actBits));
  }

  private void array(AreaBound bound, int rows, int cols) throws IOException {
    write(RtlEmitter.array(bound.style(), rows, cols, bound.features()), line(bound, rows, cols));
  }

  private static String line(AreaBound bound, int rows, int cols) {
    return "%s %d %s %d %s %d"
        .formatted(
            RtlEmitter.ARRAY,
            rows * cols,
            bound.style().name(),
            bound.features().accBits(),
            parameters(bound),
            bound.lutsPerElement());
  }

  /** An array on multiplier blocks. */
  private void arrayOfBlocks(DspStyle style, int rows, int cols) throws IOException {
    AreaBound unbounded = new AreaBound(style, ArrayFeatures.plain(ACC_BITS), 0);
    write(
        RtlEmitter.array(style, rows, cols, unbounded.features()),
        line(unbounded, rows, cols) + " blocks");
  }

  /** All around an array: core and shell for networks with skips, at a rate of the output unit. */
  private void shell(int rows, int cols, Map<String, Integer> own, int rate, int limit)
      throws IOException {
    shell("shell", Bus.STREAM, rows, cols, own, rate, limit);
  }

  /** The same with the bus's master, registers and control. */
  private void bus(int dataBits, int rows, int cols, Map<String, Integer> own, int rate, int limit)
      throws IOException {
    Bus bus = new Bus.Axi(Bus.DEFAULT_ADDRESS_BITS, dataBits);
    shell("axi" + dataBits, bus, rows, cols, own, rate, limit);
  }

  private void shell(
      String name, Bus bus, int rows, int cols, Map<String, Integer> own, int rate, int limit)
      throws IOException {
    Map<String, Integer> values = new LinkedHashMap<>(PLAIN.values());
    values.putAll(own);
    Features features = Features.of(values::get).with(new OutputUnit(ACC_BITS, false, 4, rate));
    write(
        RtlEmitter.emit(config(rows, cols, features).with(bus)),
        "%s 1 %s %d %dx%d%s,outputRate=%d %d"
            .formatted(
                DesignName.DEFAULT.top(),
                name,
                ACC_BITS,
                rows,
                cols,
                own.entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .map(value -> ",%s=%d".formatted(value.getKey(), value.getValue()))
                    .collect(Collectors.joining()),
                rate,
                limit));
  }

  private static AcceleratorConfig config(int rows, int cols, Features features) {
    return new AcceleratorConfig(
        rows, cols, new CsdStyle(), features, ACC_BITS, 1 << 12, 1 << 12, 1 << 6, 1 << 10);
  }

  /** A core that has, beside what a plain one has, some features. */
  private void core(String name, Map<String, Integer> more) throws IOException {
    Map<String, Integer> values = new LinkedHashMap<>(PLAIN.values());
    values.putAll(more);
    core(name, CORE_ROWS, CORE_COLS, Features.of(values::get));
  }

  private void core(String name, int rows, int cols, Features features) throws IOException {
    write(
        RtlEmitter.emit(config(rows, cols, features)),
        "lutmac_core %d core %d %s 0".formatted(cols, ACC_BITS, name));
  }

  private void write(Map<String, String> files, String line) throws IOException {
    Path folder = Files.createDirectories(directory.resolve(String.valueOf(number)));
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
    }
    list.printf("%d %s%n", number, line);
    number++;
  }

  private static String parameters(AreaBound bound) {
    Map<String, Integer> values = new LinkedHashMap<>(bound.style().values());
    ArrayFeatures features = bound.features();
    // What is as in a plain array goes without saying.
    if (features.actBits() != ArrayFeatures.PLAIN_ACT_BITS) {
      values.put("actBits", features.actBits());
    }
    if (features.planes() != 1) {
      values.put("planes", features.planes());
    }
    if (features.depthwise()) {
      values.put("depthwise", 1);
    }
    return values.isEmpty()
        ? "-"
        : values.entrySet().stream()
            .map(value -> value.getKey() + "=" + value.getValue())
            .collect(Collectors.joining(","));
  }
}
