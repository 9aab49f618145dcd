package lutmac.testbench.design;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import javax.xml.parsers.DocumentBuilderFactory;
import lutmac.generator.config.Bus;
import lutmac.generator.design.DesignDirectory;
import lutmac.generator.design.DesignSettings;
import lutmac.generator.design.SampleImage;
import lutmac.generator.emit.DesignName;
import lutmac.generator.pe.PeStyles;
import lutmac.generator.program.ConfigChooser;
import lutmac.generator.program.NetworkCompiler;
import lutmac.network.process.ProgramRun;
import lutmac.network.process.SearchPath;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** What a design says to FuseSoC, Vivado and readers of IP-XACT, as far as open tools judge it. */
class DesignPackagingTest {
  private static final String IPXACT = "http://www.accellera.org/XMLSchema/IPXACT/1685-2022";

  @TempDir static Path folder;

  private static Path design;

  @BeforeAll
  static void generate() {
    design = folder.resolve("a design");
    QuantizedNetwork network = RandomNetworks.network(4);
    DesignDirectory.write(
        design,
        NetworkCompiler.compile(
            network,
            ConfigChooser.choose(network, 2, 2, PeStyles.named("csd")).with(new Bus.Axi(40, 128))),
        new DesignSettings(
            new DesignName("tiny"),
            125,
            SampleImage.golden(
                network, SampleImage.seededSource(), SampleImage.seededCodes(network))));
  }

  private static List<String> sources() throws IOException {
    return Files.readAllLines(design.resolve("rtl/filelist.f"));
  }

  private static List<String> inRtl() throws IOException {
    return sources().stream().map(name -> "rtl/" + name).toList();
  }

  @Test
  @SuppressWarnings("unchecked")
  void theCoreFileNamesEveryFileOfTheDesign() throws IOException {
    String text = Files.readString(design.resolve("tiny.core"));
    assertTrue(text.startsWith("CAPI=2:\n"), text);
    Map<String, Object> core = new Yaml(new SafeConstructor(new LoaderOptions())).load(text);
    Map<String, Map<String, Object>> sets = (Map<String, Map<String, Object>>) core.get("filesets");
    assertEquals(inRtl(), sets.get("rtl").get("files"));
    for (Map<String, Object> set : sets.values()) {
      for (Object file : (List<Object>) set.get("files")) {
        Object name = file instanceof Map<?, ?> map ? map.keySet().iterator().next() : file;
        assertTrue(Files.isRegularFile(design.resolve(name.toString())), name.toString());
      }
    }
    assertEquals(List.of("tb/tiny_axi_memory.sv", "tb/tiny_tb.sv"), sets.get("tb").get("files"));
    Map<String, Map<String, Object>> targets =
        (Map<String, Map<String, Object>>) core.get("targets");
    assertEquals("tiny_top", targets.get("default").get("toplevel"));
    for (Map<String, Object> target : targets.values()) {
      assertTrue(sets.keySet().containsAll((List<String>) target.get("filesets")));
    }
  }

  private static Document xml(Path file) throws Exception {
    DocumentBuilderFactory factory = DocumentBuilderFactory.newInstance();
    factory.setNamespaceAware(true);
    return factory.newDocumentBuilder().parse(file.toFile());
  }

  private static String text(Element element, String name) {
    NodeList found = element.getElementsByTagNameNS(IPXACT, name);
    return found.getLength() == 0 ? "0" : found.item(0).getTextContent();
  }

  private static List<Element> elements(NodeList nodes) {
    List<Element> elements = new ArrayList<>();
    for (int at = 0; at < nodes.getLength(); at++) {
      elements.add((Element) nodes.item(at));
    }
    return elements;
  }

  /** Verilator says what the ports are. */
  @Test
  void theComponentHasThePortsOfTheTop() throws Exception {
    assumeTrue(SearchPath.ofEnvironment().find("verilator").isPresent(), "no Verilator");
    Map<String, String> described = new TreeMap<>();
    Document component = xml(design.resolve("component.xml"));
    for (Element port : elements(component.getElementsByTagNameNS(IPXACT, "port"))) {
      described.put(text(port, "name"), text(port, "direction") + " " + text(port, "left") + ":0");
    }
    assertEquals(portsByVerilator(), described);
    List<String> files =
        elements(component.getElementsByTagNameNS(IPXACT, "file")).stream()
            .map(file -> text(file, "name"))
            .toList();
    assertEquals(inRtl(), files);
  }

  /** What every port is on its bus, in the order of the file: {@code axi:AWADDR=axi_awaddr_o}. */
  private static List<String> portMaps() throws Exception {
    List<String> maps = new ArrayList<>();
    Document component = xml(design.resolve("component.xml"));
    for (Element bus : elements(component.getElementsByTagNameNS(IPXACT, "busInterface"))) {
      for (Element map : elements(bus.getElementsByTagNameNS(IPXACT, "portMap"))) {
        String logical = text(elementIn(map, "logicalPort"), "name");
        String physical = text(elementIn(map, "physicalPort"), "name");
        maps.add("%s:%s=%s".formatted(text(bus, "name"), logical, physical));
      }
    }
    return maps;
  }

  private static Element elementIn(Element parent, String name) {
    return (Element) parent.getElementsByTagNameNS(IPXACT, name).item(0);
  }

  /** Every port but those that only observe is on one interface, in the direction of its bus. */
  @Test
  void everyPortIsOnAnInterface() throws Exception {
    assumeTrue(SearchPath.ofEnvironment().find("verilator").isPresent(), "no Verilator");
    Map<String, String> ports = portsByVerilator();
    List<String> physical = new ArrayList<>();
    for (String map : portMaps()) {
      String[] names = map.split("[:=]");
      physical.add(names[2]);
      boolean answers = names[1].matches("[RB](?!READY).*|(AW|AR|W)READY");
      if (names[0].startsWith("axi")) {
        String direction = answers == names[0].equals("axil") ? "out" : "in";
        assertTrue(ports.get(names[2]).startsWith(direction + " "), map);
      }
    }
    List<String> expected =
        ports.keySet().stream().filter(port -> !port.startsWith("mon_")).sorted().toList();
    assertEquals(expected, physical.stream().sorted().toList());
  }

  @Test
  void theMemoryMapIsThatOfTheDriversHeader() throws Exception {
    String header = Files.readString(design.resolve("host/lutmac_regs.h"));
    Document component = xml(design.resolve("component.xml"));
    List<String> defined =
        Pattern.compile("LUTMAC_REG_(\\w+) 0x(\\w+)u")
            .matcher(header)
            .results()
            .map(found -> found.group(1).toLowerCase(Locale.ROOT) + " 'h" + found.group(2))
            .toList();
    List<String> described = new ArrayList<>();
    for (Element register : elements(component.getElementsByTagNameNS(IPXACT, "register"))) {
      described.add(text(register, "name") + " " + text(register, "addressOffset"));
      String prefix = "LUTMAC_" + text(register, "name").toUpperCase(Locale.ROOT) + "_";
      for (Element field : elements(register.getElementsByTagNameNS(IPXACT, "field"))) {
        String shift = prefix + text(field, "name").toUpperCase(Locale.ROOT) + "_SHIFT ";
        if (!text(field, "name").equals(text(register, "name"))) {
          assertTrue(header.contains(shift + text(field, "bitOffset") + "\n"), shift);
        }
      }
    }
    assertEquals(defined, described);
  }

  /** LiteX is not here: what the wrapper connects is held to stand-ins of its interfaces. */
  @Test
  void theLitexModuleConnectsEveryPort() throws Exception {
    assumeTrue(SearchPath.ofEnvironment().find("python3").isPresent(), "no Python");
    assumeTrue(SearchPath.ofEnvironment().find("verilator").isPresent(), "no Verilator");
    Path check = folder.resolve("litex_check.py");
    try (InputStream source = DesignPackagingTest.class.getResourceAsStream("litex_check.py")) {
      Files.write(check, source.readAllBytes());
    }
    ProgramRun run =
        ProgramRun.of(
            List.of("python3", "-B", check.toString(), design.resolve("fpga").toString()),
            folder,
            Duration.ofMinutes(1));
    assertTrue(run.succeeded(), run.output());
    Map<String, String> connected = new TreeMap<>();
    run.output()
        .lines()
        .map(line -> line.split(" "))
        .filter(line -> line[0].equals("port"))
        .forEach(line -> connected.put(line[2], line[1] + " " + line[3] + ":0"));
    Map<String, String> expected = new TreeMap<>(portsByVerilator());
    expected.keySet().removeIf(port -> port.startsWith("mon_"));
    assertEquals(expected, connected);
    assertEquals(
        inRtl().stream().map(file -> design.resolve(file).toString()).toList(),
        run.output()
            .lines()
            .filter(line -> line.startsWith("source "))
            .map(line -> line.substring("source ".length()))
            .toList());
  }

  private static Map<String, String> portsByVerilator() throws Exception {
    List<String> command =
        new ArrayList<>(
            List.of("verilator", "--xml-only", "--top-module", "tiny_top", "-Wno-fatal"));
    Path output = folder.resolve("top.xml");
    command.addAll(List.of("--xml-output", output.toString(), "--Mdir", folder.toString()));
    command.addAll(sources());
    ProgramRun run = ProgramRun.of(command, design.resolve("rtl"), Duration.ofMinutes(2));
    assertTrue(run.succeeded(), run.output());
    Document netlist = xml(output);
    Map<String, String> highest = new TreeMap<>();
    for (Element type : elements(netlist.getElementsByTagName("basicdtype"))) {
      String left = type.getAttribute("left");
      highest.put(type.getAttribute("id"), left.isEmpty() ? "0" : left);
    }
    Map<String, String> ports = new TreeMap<>();
    for (Element module : elements(netlist.getElementsByTagName("module"))) {
      if (module.getAttribute("name").equals("tiny_top")) {
        for (Element variable : elements(module.getElementsByTagName("var"))) {
          String direction = variable.getAttribute("dir");
          if (!direction.isEmpty()) {
            ports.put(
                variable.getAttribute("name"),
                direction.replace("put", "")
                    + " "
                    + highest.get(variable.getAttribute("dtype_id"))
                    + ":0");
          }
        }
      }
    }
    return ports;
  }

  /** Vivado's commands are stand-ins that check that the files they are given exist. */
  @Test
  void vivadosScriptsReadEveryFile() throws Exception {
    assumeTrue(SearchPath.ofEnvironment().find("tclsh").isPresent(), "no tclsh");
    Path stand = folder.resolve("stand.tcl");
    Files.writeString(
        stand,
        """
        set read {}
        foreach command {synth_design opt_design place_design route_design write_checkpoint
            report_utilization report_timing_summary create_project set_property update_compile_order
            current_fileset ipx::package_project ipx::current_core ipx::create_xgui_files
            ipx::update_checksums ipx::save_core ipx::add_bus_parameter
            ipx::add_address_space ipx::add_memory_map ipx::add_address_block} {
          namespace eval [namespace qualifiers ::$command] {}
          proc ::$command args {}
        }
        set mapped {}
        proc ipx::add_bus_interface {name core} { return $name }
        proc ipx::add_port_map {logical bus} { return $bus:$logical }
        proc set_property {name value target} {
          if {$name eq "physical_name"} { lappend ::mapped "$target=$value" }
        }
        proc take args {
          set file [lindex $args end]
          if {![file isfile $file]} { error "there is no $file" }
          if {[file extension $file] ne ".xdc"} { lappend ::read [file tail $file] }
        }
        foreach command {read_verilog read_xdc add_files} { interp alias {} $command {} take }
        set script [lindex $argv 0]
        set argv {}
        source $script
        puts $read
        puts $mapped
        """);
    for (String script : List.of("synth.tcl", "package.tcl")) {
      Path file = design.resolve("fpga").resolve(script);
      ProgramRun run =
          ProgramRun.of(
              List.of("tclsh", stand.toString(), file.toString()), folder, Duration.ofMinutes(1));
      assertTrue(run.succeeded(), run.output());
      List<String> said = run.output().lines().toList();
      assertEquals(sources(), List.of(said.get(0).split(" ")));
      if (script.equals("package.tcl")) {
        assertEquals(portMaps(), List.of(said.get(1).split(" ")));
      }
    }
  }

  /** An indented row would end its table. */
  @Test
  void theReadmesTablesHaveAllTheirRows() throws IOException {
    assertEquals(
        List.of(),
        Files.readAllLines(design.resolve("README.md")).stream()
            .filter(line -> line.matches(" +\\|.*"))
            .toList());
  }

  @Test
  void theConstraintIsTheClockThatWasAskedFor() throws IOException {
    String constraints = Files.readString(design.resolve("fpga/tiny.xdc"));
    assertTrue(constraints.contains("-period 8.000 "), constraints);
    assertTrue(
        Files.readString(design.resolve("design.json")).contains("\"clockMegahertz\" : 125.0"));
  }
}
