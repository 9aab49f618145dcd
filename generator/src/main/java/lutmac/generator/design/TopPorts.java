package lutmac.generator.design;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The ports of a module, read from its text as firtool writes it. */
final class TopPorts {
  private static final Pattern HEADER =
      Pattern.compile("(?s)^module \\w+\\s*\\((.*?)\\);", Pattern.MULTILINE);
  private static final Pattern PORT =
      Pattern.compile("(?:(input|output)\\s*)?(?:wire|logic)?\\s*(?:\\[(\\d+):0\\])?\\s*(\\w+)");

  /**
   * A port.
   *
   * @param input or an output
   * @param width bits
   */
  public record Port(boolean input, int width, String name) {
    /** The highest of its bits. */
    public int highestBit() {
      return width - 1;
    }

    /** Its direction as IP-XACT spells it. */
    public String direction() {
      return input ? "in" : "out";
    }
  }

  private TopPorts() {}

  /** The ports in their order; a line without a direction or a width has that of the one before. */
  static List<Port> of(String module) {
    List<Port> ports = new ArrayList<>();
    Matcher header = HEADER.matcher(module);
    if (!header.find()) {
      return ports;
    }
    boolean input = true;
    int width = 1;
    for (String line : header.group(1).split(",")) {
      Matcher port = PORT.matcher(line.strip());
      if (!port.matches()) {
        throw new IllegalStateException("'%s' is no port".formatted(line.strip()));
      }
      if (port.group(1) != null) {
        input = port.group(1).equals("input");
        width = 1;
      }
      if (port.group(2) != null) {
        width = Integer.parseInt(port.group(2)) + 1;
      }
      ports.add(new Port(input, width, port.group(3)));
    }
    return ports;
  }
}
