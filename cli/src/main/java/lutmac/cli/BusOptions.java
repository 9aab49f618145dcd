package lutmac.cli;

import java.util.ArrayList;
import java.util.List;
import lutmac.generator.config.Bus;
import lutmac.network.BadInputException;
import picocli.CommandLine.Option;

/** How the accelerator is connected: {@code --bus}, and the widths of a bus. */
final class BusOptions {
  /** What there is to choose from, as the command line spells it. */
  enum Kind {
    stream,
    axi
  }

  private static final String ADDRESS_BITS = "--bus-address-bits";
  private static final String DATA_BITS = "--bus-data-bits";

  @Option(
      names = "--bus",
      defaultValue = "stream",
      paramLabel = "BUS",
      description =
          "stream: 64-bit streams of commands and answers; axi: an AXI4 master that reads network and"
              + " images and writes results, AXI4-Lite registers and an interrupt.")
  private Kind kind;

  @Option(
      names = ADDRESS_BITS,
      paramLabel = "N",
      description = "Bits of the AXI master's addresses, 32 to 64.%n  Default: 32")
  private Integer addressBits;

  @Option(
      names = DATA_BITS,
      paramLabel = "N",
      description = "Bits of the AXI master's words, 64 or 128.%n  Default: 64")
  private Integer dataBits;

  /**
   * The bus.
   *
   * @throws IllegalArgumentException if there is none of such widths
   */
  Bus bus() {
    List<String> given = namesOfGiven();
    if (kind == Kind.stream && !given.isEmpty()) {
      throw new BadInputException(
          "%s is for a bus: say --bus axi, too, or leave it away"
              .formatted(String.join(", ", given)));
    }
    return kind == Kind.stream
        ? Bus.STREAM
        : new Bus.Axi(
            addressBits == null ? Bus.DEFAULT_ADDRESS_BITS : addressBits,
            dataBits == null ? Bus.DEFAULT_DATA_BITS : dataBits);
  }

  /** Whether there is a bus. */
  boolean onBus() {
    return kind != Kind.stream;
  }

  /** The widths that were given. */
  List<String> namesOfGiven() {
    List<String> names = new ArrayList<>();
    if (addressBits != null) {
      names.add(ADDRESS_BITS);
    }
    if (dataBits != null) {
      names.add(DATA_BITS);
    }
    return names;
  }
}
