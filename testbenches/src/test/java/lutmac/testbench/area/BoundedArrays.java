package lutmac.testbench.area;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import lutmac.generator.emit.RtlEmitter;
import lutmac.generator.pe.AreaBound;
import lutmac.generator.pe.ArrayFeatures;
import lutmac.generator.pe.PeStyles;

/** Writes the arrays whose area {@code make area} measures: every style's, with their bounds. */
public final class BoundedArrays {
  private BoundedArrays() {}

  /**
   * Writes one directory an array, named by its number, and the list of them on standard output,
   * one a line: number, style, bits of a sum, the style's parameters and the array's features, most
   * look-up tables per element.
   *
   * @param arguments directory, rows and columns of the arrays
   */
  public static void main(String[] arguments) throws IOException {
    Path directory = Path.of(arguments[0]);
    int rows = Integer.parseInt(arguments[1]);
    int cols = Integer.parseInt(arguments[2]);
    List<AreaBound> bounds = new ArrayList<>();
    PeStyles.all().forEach(style -> bounds.addAll(style.areaBounds()));
    for (int number = 0; number < bounds.size(); number++) {
      AreaBound bound = bounds.get(number);
      Path folder = Files.createDirectories(directory.resolve(String.valueOf(number)));
      for (Map.Entry<String, String> file :
          RtlEmitter.array(bound.style(), rows, cols, bound.features()).entrySet()) {
        Files.writeString(folder.resolve(file.getKey()), file.getValue());
      }
      System.out.printf(
          "%d %s %d %s %d%n",
          number,
          bound.style().name(),
          bound.features().accBits(),
          parameters(bound),
          bound.lutsPerElement());
    }
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
