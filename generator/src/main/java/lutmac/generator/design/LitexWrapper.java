package lutmac.generator.design;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lutmac.generator.emit.DesignName;
import lutmac.rtl.layout.BusRegister;

/**
 * What the module for LiteX connects: the ports of both buses with LiteX's names of their signals.
 */
final class LitexWrapper {
  private static final Pattern BUS_PORT =
      Pattern.compile("(?<bus>axil?)_(?<channel>aw|ar|w|r|b)(?<signal>[a-z]+)_[io]");

  private LitexWrapper() {}

  /**
   * A port.
   *
   * @param keyword of migen's {@code Instance}
   * @param signal expression in the wrapper
   */
  public record LitexPort(String keyword, String signal) {}

  /** Values for the template, by name. */
  static Map<String, Object> values(DesignName name, List<TopPorts.Port> ports) {
    return Map.of(
        "className",
        name.text().substring(0, 1).toUpperCase(Locale.ROOT) + name.text().substring(1),
        "registerAddressBits",
        BusRegister.ADDRESS_BITS,
        "idBits",
        ports.stream()
            .filter(port -> port.name().equals("axi_arid_o"))
            .mapToInt(TopPorts.Port::width)
            .sum(),
        "litexPorts",
        ports.stream().filter(port -> isOfABus(port)).map(LitexWrapper::port).toList());
  }

  private static boolean isOfABus(TopPorts.Port port) {
    return BUS_PORT.matcher(port.name()).matches();
  }

  private static LitexPort port(TopPorts.Port port) {
    Matcher parts = BUS_PORT.matcher(port.name());
    if (!parts.matches()) {
      throw new IllegalArgumentException("%s is no port of a bus".formatted(port.name()));
    }
    boolean registers = parts.group("bus").equals("axil");
    // LiteX's registers have an address among all of the bus.
    String slice =
        registers && parts.group("signal").equals("addr") ? "[:REGISTER_ADDRESS_BITS]" : "";
    return new LitexPort(
        "%s_%s".formatted(port.input() ? "i" : "o", port.name()),
        "%s.%s.%s%s"
            .formatted(
                registers ? "bus" : "memory",
                parts.group("channel"),
                parts.group("signal"),
                slice));
  }
}
