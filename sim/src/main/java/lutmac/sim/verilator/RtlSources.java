package lutmac.sim.verilator;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lutmac.generator.emit.DesignName;
import lutmac.network.BadInputException;
import lutmac.network.file.InputFile;

/**
 * The Verilog of a design.
 *
 * @param top the module to simulate
 * @param files text by plain file name, in the order in which Verilator reads them
 */
public record RtlSources(String top, Map<String, String> files) {
  /** Of a design without a name of its own. */
  public RtlSources(Map<String, String> files) {
    this(DesignName.DEFAULT.top(), files);
  }

  public RtlSources {
    files = Collections.unmodifiableMap(new LinkedHashMap<>(files));
    if (files.isEmpty()) {
      throw new IllegalArgumentException("a design has at least one source file");
    }
    for (String name : files.keySet()) {
      if (!Path.of(name).getFileName().toString().equals(name)) {
        throw new IllegalArgumentException("not a plain file name: " + name);
      }
    }
  }

  /**
   * Reads the files that a file list names, one relative path a line; empty lines and lines that
   * start with {@code #}, {@code //} or {@code -} or {@code +} (tool options) are skipped.
   *
   * @throws BadInputException if the list or a file cannot be read
   */
  public static RtlSources ofFileList(Path list) {
    Map<String, String> files = new LinkedHashMap<>();
    List<String> lines = new ArrayList<>(read(list).lines().map(String::strip).toList());
    lines.removeIf(line -> line.isEmpty() || line.matches("(#|//|-|\\+).*"));
    for (String line : lines) {
      Path file = list.resolveSibling(line);
      if (files.put(file.getFileName().toString(), read(file)) != null) {
        throw new BadInputException("%s names two files '%s'".formatted(list, file.getFileName()));
      }
    }
    if (files.isEmpty()) {
      throw new BadInputException(
          "%s names no source file; generate the design again".formatted(list));
    }
    return new RtlSources(files);
  }

  private static String read(Path file) {
    try {
      return InputFile.text(file);
    } catch (IOException e) {
      throw new BadInputException(
          "cannot read %s (%s); generate the design again".formatted(file, e.getMessage()), e);
    }
  }
}
