package lutmac.testbench.area;

import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Collectors;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Features;
import lutmac.generator.emit.RtlEmitter;
import lutmac.generator.pe.AreaBound;
import lutmac.generator.pe.ArrayFeatures;
import lutmac.generator.pe.CsdStyle;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.PeStyles;

/**
 * Writes the designs whose area {@code make area} measures: every style's arrays with their bounds,
 * arrays with what they can do beside plain layers, and the core around the array.
 */
public final class MeasuredDesigns {
  /** No bound. */
  private static final int NONE = 0;

  /** The core's array, which is left out of it. */
  private static final int CORE_ROWS = 8;

  private static final int CORE_COLS = 16;

  /** Bits of an activation for logarithmic codes of 4 bits at two an octave, and for the widest. */
  private static final int LOG_ACT_BITS = 11;

  private static final int MAX_LOG_ACT_BITS = 14;

  private static final int LOG_BITS = 4;
  private static final int MAX_LOG_BITS = 6;

  private final Path directory;
  private final PrintStream list;
  private int number;

  private MeasuredDesigns(Path directory, PrintStream list) {
    this.directory = directory;
    this.list = list;
  }

  /**
   * Writes one directory a design, named by its number, and the list of them on standard output, one
   * a line: number, top module, elements or columns that its look-up tables are counted by, name,
   * bits of a sum, parameters, features, most look-up tables per element or 0.
   *
   * @param arguments directory, rows and columns of the arrays
   */
  public static void main(String[] arguments) throws IOException {
    int rows = Integer.parseInt(arguments[1]);
    int cols = Integer.parseInt(arguments[2]);
    MeasuredDesigns designs = new MeasuredDesigns(Path.of(arguments[0]), System.out);
    for (PeStyle style : PeStyles.all()) {
      for (AreaBound bound : style.areaBounds()) {
        designs.array(bound, "plain", rows, cols);
      }
      designs.features(style.areaBounds().get(0), rows, cols);
    }
    designs.core("plain", Features.FIXED_ACT_BITS, 1, false, false, false, 0);
    designs.core("planes=2", Features.FIXED_ACT_BITS, 2, false, false, false, 0);
    designs.core("depthwise", Features.FIXED_ACT_BITS, 1, true, false, false, 0);
    designs.core("packedMaps", Features.FIXED_ACT_BITS, 1, false, true, false, 0);
    designs.core("packedCodes", Features.FIXED_ACT_BITS, 1, false, false, true, 0);
    designs.core("logBits=4", LOG_ACT_BITS, 1, false, false, false, LOG_BITS);
    designs.core("logBits=6", MAX_LOG_ACT_BITS, 1, false, false, false, MAX_LOG_BITS);
  }

  /** An array with one feature more than that of a bound, each. */
  private void features(AreaBound plain, int rows, int cols) throws IOException {
    ArrayFeatures features = plain.features();
    int accBits = features.accBits();
    PeStyle style = plain.style();
    if (style.mostPlanes() > 1) {
      ArrayFeatures planes = new ArrayFeatures(accBits, features.actBits(), 2, false);
      array(new AreaBound(style, planes, NONE), "planes=2", rows, cols);
    }
    ArrayFeatures depthwise = new ArrayFeatures(accBits, features.actBits(), 1, true);
    array(new AreaBound(style, depthwise, NONE), "depthwise", rows, cols);
    ArrayFeatures wide = new ArrayFeatures(accBits, LOG_ACT_BITS, 1, false);
    array(new AreaBound(style, wide, NONE), "actBits=" + LOG_ACT_BITS, rows, cols);
  }

  private void array(AreaBound bound, String features, int rows, int cols) throws IOException {
    write(
        RtlEmitter.array(bound.style(), rows, cols, bound.features()),
        "mac_array %d %s %d %s %s %d"
            .formatted(
                rows * cols,
                bound.style().name(),
                bound.features().accBits(),
                parameters(bound.style()),
                features,
                bound.lutsPerElement()));
  }

  /** A core of eight rows and 16 columns. */
  private void core(
      String name,
      int actBits,
      int planes,
      boolean depthwise,
      boolean packedMaps,
      boolean packedCodes,
      int logBits)
      throws IOException {
    Features features =
        new Features(
            actBits,
            Features.PLAIN.taps(),
            planes,
            depthwise,
            packedMaps,
            packedCodes,
            logBits);
    PeStyle style = new CsdStyle();
    int accBits = style.areaBounds().get(0).features().accBits();
    AcceleratorConfig config =
        new AcceleratorConfig(
            CORE_ROWS, CORE_COLS, style, features, accBits, 1 << 12, 1 << 12, 1 << 6, 1 << 10);
    write(
        RtlEmitter.emit(config),
        "lutmac_core %d core %d %dx%d %s %d"
            .formatted(CORE_COLS, accBits, CORE_ROWS, CORE_COLS, name, NONE));
  }

  private void write(Map<String, String> files, String line) throws IOException {
    Path folder = Files.createDirectories(directory.resolve(String.valueOf(number)));
    for (Map.Entry<String, String> file : files.entrySet()) {
      Files.writeString(folder.resolve(file.getKey()), file.getValue());
    }
    list.printf("%d %s%n", number, line);
    number++;
  }

  private static String parameters(PeStyle style) {
    return style.values().isEmpty()
        ? "-"
        : style.values().entrySet().stream()
            .map(value -> value.getKey() + "=" + value.getValue())
            .collect(Collectors.joining(","));
  }
}
