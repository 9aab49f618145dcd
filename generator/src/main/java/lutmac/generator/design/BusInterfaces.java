package lutmac.generator.design;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import lutmac.generator.config.Bus;

/**
 * The ports of a design's top by interface, as IP-XACT and Vivado name them. A logical port has the
 * name of its signal in the standard of its bus: {@code AWADDR} is {@code axi_awaddr_o}.
 */
final class BusInterfaces {
  private static final String AMBA = "amba.com";
  private static final String SIGNALS = "xilinx.com";

  private BusInterfaces() {}

  /** A port of the top and what it is on its bus. */
  public record PortMap(String logical, String physical) {}

  /** A property of an interface. */
  public record Property(String name, String value) {}

  /**
   * An interface.
   *
   * @param vendor of the definition of its bus, {@code library}, {@code type}, {@code version}
   *     likewise
   * @param vivado the name of the type in Vivado
   * @param initiator whether it begins transfers, or makes a signal
   * @param space name of the address space that it sees, empty for none
   * @param map name of the map of registers that it shows, empty for none
   */
  public record Interface(
      String name,
      String vendor,
      String library,
      String type,
      String version,
      String vivado,
      boolean initiator,
      String space,
      String map,
      List<PortMap> ports,
      List<Property> properties) {
    public Interface {
      ports = List.copyOf(ports);
      properties = List.copyOf(properties);
    }
  }

  /** Those of a design, clock, reset and interrupt behind the buses. */
  static List<Interface> of(Bus bus, List<TopPorts.Port> ports) {
    List<Interface> all = new ArrayList<>();
    String buses;
    if (bus instanceof Bus.Axi) {
      all.add(
          amba("axi", "AXI4", "r0p0_0", "interface:aximm", true, "memory", "", axi("axi_", ports)));
      all.add(
          amba(
              "axil",
              "AXI4-Lite",
              "r0p0_0",
              "interface:aximm",
              false,
              "",
              "registers",
              axi("axil_", ports)));
      buses = "axi:axil";
    } else {
      all.add(
          amba(
              "in", "AXI4Stream", "r0p0_1", "interface:axis", false, "", "", stream("in_", ports)));
      all.add(
          amba(
              "out",
              "AXI4Stream",
              "r0p0_1",
              "interface:axis",
              true,
              "",
              "",
              stream("out_", ports)));
      buses = "in:out";
    }
    all.add(
        signal(
            "clk",
            "clock",
            "CLK",
            "clk_i",
            false,
            new Property("ASSOCIATED_BUSIF", buses),
            new Property("ASSOCIATED_RESET", "rst_ni")));
    all.add(signal("rst", "reset", "RST", "rst_ni", false, new Property("POLARITY", "ACTIVE_LOW")));
    if (bus instanceof Bus.Axi) {
      all.add(
          signal(
              "irq",
              "interrupt",
              "INTERRUPT",
              "irq_o",
              true,
              new Property("SENSITIVITY", "LEVEL_HIGH")));
    }
    return all;
  }

  private static Interface amba(
      String name,
      String type,
      String version,
      String vivado,
      boolean initiator,
      String space,
      String map,
      List<PortMap> ports) {
    List<Property> properties =
        vivado.endsWith("aximm")
            ? List.of(new Property("PROTOCOL", type.replace("-", "").toUpperCase(Locale.ROOT)))
            : List.of();
    return new Interface(
        name, AMBA, "AMBA4", type, version, vivado, initiator, space, map, ports, properties);
  }

  private static Interface signal(
      String name,
      String type,
      String logical,
      String port,
      boolean initiator,
      Property... properties) {
    return new Interface(
        name,
        SIGNALS,
        "signal",
        type,
        "1.0",
        "signal:" + type,
        initiator,
        "",
        "",
        List.of(new PortMap(logical, port)),
        List.of(properties));
  }

  private static List<PortMap> axi(String prefix, List<TopPorts.Port> ports) {
    return maps(prefix, "", ports);
  }

  private static List<PortMap> stream(String prefix, List<TopPorts.Port> ports) {
    return maps(prefix, "T", ports);
  }

  private static List<PortMap> maps(String prefix, String before, List<TopPorts.Port> ports) {
    return ports.stream()
        .map(TopPorts.Port::name)
        .filter(port -> port.startsWith(prefix))
        .map(
            port ->
                new PortMap(
                    before
                        + port.substring(prefix.length(), port.lastIndexOf('_'))
                            .toUpperCase(Locale.ROOT),
                    port))
        .toList();
  }
}
