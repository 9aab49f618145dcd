package lutmac.generator.design;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import lutmac.generator.config.Bus;
import lutmac.generator.program.BusClock;
import lutmac.generator.program.HostBeats;
import lutmac.generator.program.MemoryImage;
import lutmac.generator.program.OutputView.Region;
import lutmac.rtl.layout.BusField;
import lutmac.rtl.layout.Memory;

/** What the testbench of a design on a bus knows: its ports, and where things lie in the memory. */
final class BusTestbench {
  /** Where the memory begins on a bus of 32 address bits. */
  private static final long BASE = 0x4000_1fc0L;

  private static final Set<String> CLOCK_AND_RESET = Set.of("clk_i", "rst_ni");

  private BusTestbench() {}

  /**
   * Words of the feature maps in an input or output.
   *
   * @param firstBeat where they begin there
   */
  public record Words(int baseAddress, int words, int firstBeat) {}

  /** Values for the template, by name. */
  static Map<String, Object> values(
      Design design, Bus.Axi axi, MemoryImage image, SampleWords sample) {
    int cols = design.compiled().config().cols();
    List<TopPorts.Port> ports = TopPorts.of(design.rtl().get(design.name().top() + ".sv"));
    Map<String, Object> values = new HashMap<>();
    values.put(
        "driven",
        ports.stream()
            .filter(port -> !isObserved(port) && !CLOCK_AND_RESET.contains(port.name()))
            .toList());
    values.put(
        "observed",
        ports.stream().filter(BusTestbench::isObserved).map(TopPorts.Port::name).toList());
    values.put("addressBits", axi.addressBits());
    values.put("dataBits", axi.dataBits());
    values.put("base", base(axi.addressBits()));
    values.put("mapBits", Memory.FEATURE_MAPS.wordBits(cols));
    values.put("mapBeats", image.wordBytes() / HostBeats.BYTES);
    values.put("imageBeats", beats(image.bytes().length));
    values.put("inputBeats", beats(image.inputBytes()));
    values.put("scratchBeats", beats(image.scratchBytes()));
    values.put("outputBeats", beats(image.outputBytes()));
    List<Words> inputs = image.inputs().stream().map(BusTestbench::words).toList();
    List<Words> outputs = outputs(sample.regions(), image);
    values.put("inputRegions", inputs);
    values.put("inputEnd", end(inputs));
    values.put("outputRegions", outputs);
    values.put("outputEnd", end(outputs));
    values.put("latency", BusClock.USUAL_LATENCY);
    values.put("busCycles", BusClock.predict(design.compiled(), BusClock.USUAL_LATENCY));
    values.put("start", BusField.START.hexMask());
    values.put("done", BusField.DONE.hexMask());
    values.put(
        "interrupts",
        Long.toHexString(BusField.ENABLE_DONE.encode(1) | BusField.ENABLE_ERROR.encode(1)));
    return values;
  }

  private static boolean isObserved(TopPorts.Port port) {
    return port.name().startsWith("mon_");
  }

  /** Where addresses have more than 32 bits, all of them are used. */
  private static String base(int addressBits) {
    long base = addressBits > 32 ? 1L << addressBits - 1 | BASE : BASE;
    return "%d'h%x".formatted(addressBits, base);
  }

  private static int beats(int bytes) {
    return bytes / HostBeats.BYTES;
  }

  private static Words words(MemoryImage.Part part) {
    return new Words(part.baseAddress(), part.words(), beats(part.byteOffset()));
  }

  /**
   * Where the expected words lie in the output. Words that several entries of the script move are
   * looked at where the last one puts them.
   */
  private static List<Words> outputs(List<Region> expected, MemoryImage image) {
    int wordBeats = beats(image.wordBytes());
    List<Words> found = new ArrayList<>();
    for (Region region : expected) {
      int address = region.baseAddress();
      int end = region.baseAddress() + region.words();
      while (address < end) {
        MemoryImage.Part part = lastWith(address, image);
        int words = Math.min(end, part.baseAddress() + part.words()) - address;
        found.add(
            new Words(
                address,
                words,
                beats(part.byteOffset()) + (address - part.baseAddress()) * wordBeats));
        address += words;
      }
    }
    return found;
  }

  private static MemoryImage.Part lastWith(int address, MemoryImage image) {
    return image.outputs().stream()
        .filter(part -> address >= part.baseAddress())
        .filter(part -> address < part.baseAddress() + part.words())
        .reduce((first, second) -> second)
        .orElseThrow(() -> new IllegalStateException("word %d is in no output".formatted(address)));
  }

  private static int end(List<Words> regions) {
    return regions.stream()
        .mapToInt(region -> region.baseAddress() + region.words())
        .max()
        .orElse(1);
  }
}
