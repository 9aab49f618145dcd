package lutmac.generator.design;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import lutmac.generator.config.Bus;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.HostBeats;
import lutmac.generator.program.MemoryImage;
import lutmac.generator.program.OutputView.Region;
import lutmac.rtl.RtlTemplates;
import lutmac.rtl.layout.BusRegister;
import lutmac.rtl.layout.HostHeaderField;
import lutmac.rtl.layout.HostOperation;
import lutmac.rtl.layout.Memory;

/**
 * What makes a design complete without lutmac: the testbenches and the Makefile that runs them, and
 * what other tools want to know of its files. Texts are templates; this class says what is in them.
 */
final class DesignKit {
  private static final String TEMPLATES = "lutmac/generator/design/";

  /** Ports that a testbench drives and watches; all others only show what happens. */
  private static final Set<String> STREAM_PORTS =
      Set.of(
          "clk_i",
          "rst_ni",
          "in_valid_i",
          "in_ready_o",
          "in_data_i",
          "out_valid_o",
          "out_ready_i",
          "out_data_o",
          "out_last_o");

  /** What the testbench of a design behind streams reads. */
  private static final List<String> STREAM_FILES =
      List.of(
          DesignDirectory.PROGRAM,
          DesignDirectory.WEIGHTS,
          DesignDirectory.PARAMETERS,
          SampleWords.INPUT,
          SampleWords.EXPECTED,
          SampleWords.MASK);

  /** What the testbench of a design on a bus reads. */
  private static final List<String> BUS_FILES =
      List.of(DesignDirectory.IMAGE, SampleWords.INPUT, SampleWords.EXPECTED, SampleWords.MASK);

  /** Period of a clock of 1 MHz. */
  private static final double NANOSECONDS = 1000;

  private DesignKit() {}

  /** A memory, for templates. */
  public record KitMemory(String constant, int wordBits, int words, int beats) {}

  /** The texts by path in the design's directory. */
  static SortedMap<String, String> files(
      Design design, MemoryImage image, DesignDescription description, SampleWords sample) {
    Map<String, Object> values = values(design, description, sample);
    String name = design.name().text();
    SortedMap<String, String> files = new TreeMap<>();
    files.put("Makefile", text("Makefile", values));
    if (design.compiled().config().bus() instanceof Bus.Axi axi) {
      Map<String, Object> onBus = new HashMap<>(values);
      onBus.putAll(BusTestbench.values(design, axi, image, sample));
      files.put("tb/%s_tb.sv".formatted(name), text("testbench_axi.sv", onBus));
      files.put("tb/%s_axi_memory.sv".formatted(name), text("axi_memory.sv", values));
      files.put("tb/test_%s.py".formatted(name), cocotb("cocotb_axi.py", onBus));
      files.put("fpga/%s_litex.py".formatted(name), text("litex.py", values));
    } else {
      files.put("tb/%s_tb.sv".formatted(name), text("testbench.sv", values));
      files.put("tb/test_%s.py".formatted(name), cocotb("cocotb_stream.py", values));
    }
    files.putAll(HostKit.files(design, description.buffers()));
    files.put(name + ".core", text("fusesoc.core", values));
    files.put("component.xml", text("component.xml", values));
    files.put("fpga/synth.tcl", text("vivado.tcl", values));
    files.put("fpga/package.tcl", text("package.tcl", values));
    files.put("fpga/%s.xdc".formatted(name), text("clock.xdc", values));
    return files;
  }

  /** The description of {@code design.json}'s fields. */
  static String schema() {
    return resource(DesignDescription.SCHEMA);
  }

  /** A text that is the same in every design. */
  static String resource(String name) {
    try (InputStream file = DesignKit.class.getResourceAsStream("/" + TEMPLATES + name)) {
      return new String(file.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String text(String template, Map<String, Object> values) {
    return RtlTemplates.text(TEMPLATES + template, values);
  }

  /**
   * A testbench in cocotb.
   *
   * @param test template of the test itself, between what all have
   */
  private static String cocotb(String test, Map<String, Object> values) {
    Map<String, Object> all = new HashMap<>(values);
    all.put("cocotbTest", text(test, values).stripTrailing());
    return text("cocotb.py", all);
  }

  private static boolean onBus(Design design) {
    return design.compiled().config().bus() instanceof Bus.Axi;
  }

  /** Its sources, in the order in which tools read them. */
  private static List<String> testbench(Design design) {
    String bench = "tb/%s_tb.sv".formatted(design.name().text());
    return onBus(design)
        ? List.of("tb/%s_axi_memory.sv".formatted(design.name().text()), bench)
        : List.of(bench);
  }

  private static Map<String, Object> values(
      Design design, DesignDescription description, SampleWords sample) {
    CompiledNetwork compiled = design.compiled();
    List<TopPorts.Port> ports = TopPorts.of(design.rtl().get(design.name().top() + ".sv"));
    List<KitMemory> memories = memories(compiled);
    Map<String, Object> values = new HashMap<>();
    values.put("name", design.name().text());
    values.put("top", design.name().top());
    values.put("network", compiled.network().name());
    values.put("beatBits", HostHeaderField.BITS);
    values.put("memories", memories);
    values.put("mostBeats", memories.stream().mapToInt(KitMemory::beats).max().orElseThrow());
    values.put("predictedCycles", description.predictedCycles());
    values.put(
        "runLimit", Math.min(2 * description.predictedCycles() + 1000, Integer.MAX_VALUE / 2));
    for (HostOperation operation : HostOperation.values()) {
      values.put(operation.label(), operation.code());
    }
    values.put("featureMaps", Memory.FEATURE_MAPS.number());
    values.put("weights", Memory.WEIGHTS.number());
    values.put("parameters", Memory.PARAMETERS.number());
    values.put("program", Memory.PROGRAM.number());
    values.put(
        "inputRegions",
        compiled.inputViews().stream()
            .map(view -> new Region(view.baseAddress(), view.words()))
            .toList());
    values.put("outputRegions", sample.regions());
    values.put(
        "observed",
        ports.stream()
            .map(TopPorts.Port::name)
            .filter(port -> !STREAM_PORTS.contains(port))
            .toList());
    values.put("onBus", onBus(design));
    values.put("testbench", testbench(design));
    values.put("ports", ports);
    values.put("interfaces", BusInterfaces.of(compiled.config().bus(), ports));
    if (compiled.config().bus() instanceof Bus.Axi axi) {
      values.put("addressBits", axi.addressBits());
      values.put("dataBits", axi.dataBits());
      values.put("addressRange", addressRange(axi.addressBits()));
      values.put("registerRange", 1 << BusRegister.ADDRESS_BITS);
      values.put("registers", RegisterXml.all());
      values.putAll(LitexWrapper.values(design.name(), ports));
    }
    values.put("rtl", List.copyOf(design.rtl().keySet()));
    values.put("sampleFiles", onBus(design) ? BUS_FILES : STREAM_FILES);
    values.put("networkXml", xml(compiled.network().name()));
    values.put("clockMegahertz", decimal(description.clockMegahertz()));
    values.put("clockNanoseconds", decimal(NANOSECONDS / description.clockMegahertz()));
    return values;
  }

  /** Text in an XML element; characters that XML cannot hold become spaces. */
  private static String xml(String text) {
    return text.replaceAll("[\\p{Cntrl}]", " ")
        .replace("&", "&amp;")
        .replace("<", "&lt;")
        .replace(">", "&gt;");
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  private static List<KitMemory> memories(CompiledNetwork compiled) {
    List<KitMemory> memories = new ArrayList<>();
    for (Memory memory : Memory.values()) {
      int cols = compiled.config().cols();
      memories.add(
          new KitMemory(
              memory.constant(),
              memory.wordBits(cols),
              compiled.wordsInUse(memory),
              HostBeats.beatsOf(memory.wordBytes(cols))));
    }
    return memories;
  }

  /**
   * Bytes that addresses of so many bits reach; all but the last of 64 bits, for the field has 64.
   */
  private static String addressRange(int bits) {
    BigInteger most = BigInteger.ONE.shiftLeft(Long.SIZE).subtract(BigInteger.ONE);
    return BigInteger.ONE.shiftLeft(bits).min(most).toString();
  }
}
