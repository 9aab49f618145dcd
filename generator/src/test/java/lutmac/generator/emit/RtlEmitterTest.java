package lutmac.generator.emit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Bus;
import lutmac.generator.pe.BinsStyle;
import lutmac.generator.pe.CsdStyle;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.PeStyles;
import lutmac.network.process.RequiredProgram;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("slow")
@Execution(ExecutionMode.CONCURRENT)
class RtlEmitterTest {
  private static final int MOST_SMALL = 20;

  @TempDir Path folder;

  private static AcceleratorConfig config(PeStyle pe, int rows, int cols) {
    return new AcceleratorConfig(rows, cols, pe, 24, 1 << 12, 1 << 11, 1 << 6, 1 << 10);
  }

  /** The smallest array with the smallest buffers. */
  private static AcceleratorConfig smallest(PeStyle pe, int accBits) {
    return new AcceleratorConfig(1, 2, pe, accBits, 4, 2, 2, 2);
  }

  /** Of every style a usual shape, an odd one and the smallest; and widths at their ends. */
  static Stream<AcceleratorConfig> configurations() {
    return Stream.concat(
        PeStyles.all().stream()
            .flatMap(pe -> Stream.of(config(pe, 14, 16), config(pe, 5, 3), smallest(pe, 32))),
        Stream.of(
            smallest(new BinsStyle(24, 1), 32),
            smallest(new CsdStyle(), 12),
            config(new CsdStyle(), 4, 4).with(new Bus.Axi(32, 64)),
            config(new CsdStyle(), 2, 32).with(new Bus.Axi(40, 128)),
            smallest(new CsdStyle(), 12).with(new Bus.Axi(40, 128)),
            config(new CsdStyle(), 2, 9).with(new Bus.Axi(64, 64))));
  }

  @ParameterizedTest
  @MethodSource({"smallConfigurations", "widestConfiguration"})
  void verilatorFindsNothingToWarnAbout(AcceleratorConfig config) throws Exception {
    RequiredProgram.require("verilator");
    List<String> command =
        command("verilator", "--lint-only", "-Wall", "--top-module", DesignName.DEFAULT.top());
    assertEquals("", RtlTool.run(folder, emitted(config, command)));
  }

  @ParameterizedTest
  @MethodSource("smallConfigurations")
  void icarusVerilogAcceptsTheDesign(AcceleratorConfig config) throws Exception {
    RequiredProgram.require("iverilog");
    List<String> command = command("iverilog", "-g2012", "-Wall", "-s", DesignName.DEFAULT.top());
    command.addAll(List.of("-o", "design.vvp"));
    RtlTool.run(folder, emitted(config, command));
  }

  /** A wide array has the modules of a small one, and takes tools up to six times as long. */
  static Stream<AcceleratorConfig> smallConfigurations() {
    return configurations().filter(config -> config.rows() * config.cols() <= MOST_SMALL);
  }

  static Stream<AcceleratorConfig> wideConfigurations() {
    return configurations().filter(config -> config.rows() * config.cols() > MOST_SMALL);
  }

  static Stream<AcceleratorConfig> widestConfiguration() {
    return Stream.of(config(PeStyles.standard(), 14, 16));
  }

  @Tag("campaign")
  @ParameterizedTest
  @MethodSource("wideConfigurations")
  void toolsAcceptAWideDesign(AcceleratorConfig config) throws Exception {
    verilatorFindsNothingToWarnAbout(config);
    icarusVerilogAcceptsTheDesign(config);
    yosysAcceptsTheDesign(config);
  }

  @ParameterizedTest
  @MethodSource("smallConfigurations")
  void yosysAcceptsTheDesign(AcceleratorConfig config) throws Exception {
    RequiredProgram.require("yosys");
    String files = String.join(" ", emitted(config, new ArrayList<>()));
    String script =
        "read_verilog -sv %s; hierarchy -check -top %s; proc; check -assert"
            .formatted(files, DesignName.DEFAULT.top());
    RtlTool.run(folder, List.of("yosys", "-q", "-p", script));
  }

  /** Two designs whose arrays, widths and shells differ, as parts of one system. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "verilator --lint-only -Wall --top-module both",
        "iverilog -g2012 -Wall -s both -o both.vvp",
        "yosys -q -p 'hierarchy -check -top both; proc; check -assert' -f 'verilog -sv'"
      })
  void designsOfTwoNamesShareANetlist(String tool) throws Exception {
    RequiredProgram.require(tool.split(" ", 2)[0]);
    SortedMap<String, String> files = CompileOrder.files();
    files.putAll(RtlEmitter.emit(config(new CsdStyle(), 2, 3), new DesignName("alpha")));
    SortedMap<String, String> beta =
        RtlEmitter.emit(config(new BinsStyle(16, 2), 4, 2), new DesignName("beta"));
    assertTrue(beta.keySet().stream().noneMatch(files::containsKey), beta.keySet().toString());
    files.putAll(beta);
    files.put("both.sv", BOTH);
    RtlTool.write(folder, files);
    String command = tool + " " + String.join(" ", files.keySet());
    RtlTool.run(folder, List.of("sh", "-c", command));
  }

  /** What lies outside a module belongs to all designs that are compiled together. */
  @Test
  void nothingGlobalIsWithoutTheDesignsName() {
    for (PeStyle pe : PeStyles.all()) {
      RtlEmitter.emit(config(pe, 4, 4), new DesignName("alpha"))
          .forEach(
              (name, text) -> {
                assertTrue(name.startsWith("alpha_"), name);
                String outside =
                    Pattern.compile("(?s)^(module|package) alpha_\\w+.*^end\\1$", Pattern.MULTILINE)
                        .matcher(text)
                        .replaceAll("")
                        .lines()
                        .map(line -> line.replaceFirst("//.*|/\\*.*\\*/", "").strip())
                        .filter(line -> !line.isEmpty())
                        .collect(Collectors.joining("\n"));
                assertTrue(
                    outside.matches("(`default_nettype (none|wire)\n?)*"), name + ": " + outside);
                assertFalse(text.contains("`define") || text.contains("$readmem"), name);
              });
    }
  }

  /** What firtool calls what has no name, and states that are numbers. */
  private static final Pattern INVENTED =
      Pattern.compile(
          "casez|\\b_[a-zA-Z]\\w*|\\w+_(T|REG|GEN)(_\\d+)?\\b|ENABLE_INITIAL|(posedge|negedge) reset|\\bstate\\w* (==|<=) \\d");

  private static final Pattern OTHER_CLOCK =
      Pattern.compile("(?m)^ *(input|output)?\\s+(clock|reset)\\b|\\.(clock|reset)\\b");

  @ParameterizedTest
  @MethodSource("configurations")
  void everyNameIsOneOfTheSources(AcceleratorConfig config) {
    RtlEmitter.emit(config)
        .forEach(
            (name, text) -> {
              String code = text.replaceAll("//.*|\"[^\"\\n]*\"", "");
              assertEquals(List.of(), found(INVENTED, code), name);
              assertEquals(List.of(), found(OTHER_CLOCK, code), name);
            });
  }

  private static List<String> found(Pattern pattern, String text) {
    return pattern.matcher(text).results().map(MatchResult::group).distinct().toList();
  }

  private static final String BOTH =
      """
      module both (
        input  wire        clk_i, rst_ni,
        input  wire  [1:0] in_valid_i, out_ready_i,
        input  wire [127:0] in_data_i,
        output wire  [1:0] in_ready_o, out_valid_o, out_last_o,
        output wire [127:0] out_data_o
      );
        /* verilator lint_off PINCONNECTEMPTY */
        alpha_top u_alpha (.clk_i, .rst_ni,
          .in_valid_i(in_valid_i[0]), .in_ready_o(in_ready_o[0]), .in_data_i(in_data_i[0 +: 64]),
          .out_valid_o(out_valid_o[0]), .out_ready_i(out_ready_i[0]), .out_data_o(out_data_o[0 +: 64]), .out_last_o(out_last_o[0]),
          .mon_layer_o(), .mon_step_o(), .mon_busy_o(), .mon_wr_valid_o(), .mon_wr_addr_o(), .mon_wr_strb_o(),
          .mon_wr_data_o());
        beta_top u_beta (.clk_i, .rst_ni,
          .in_valid_i(in_valid_i[1]), .in_ready_o(in_ready_o[1]), .in_data_i(in_data_i[64 +: 64]),
          .out_valid_o(out_valid_o[1]), .out_ready_i(out_ready_i[1]), .out_data_o(out_data_o[64 +: 64]), .out_last_o(out_last_o[1]),
          .mon_layer_o(), .mon_step_o(), .mon_busy_o(), .mon_wr_valid_o(), .mon_wr_addr_o(), .mon_wr_strb_o(),
          .mon_wr_data_o());
        /* verilator lint_on PINCONNECTEMPTY */
      endmodule
      """;

  private static List<String> command(String... words) {
    return new ArrayList<>(List.of(words));
  }

  private List<String> emitted(AcceleratorConfig config, List<String> command) throws Exception {
    SortedMap<String, String> files = RtlEmitter.emit(config);
    RtlTool.write(folder, files);
    command.addAll(files.keySet());
    return command;
  }

  @Test
  void emitsTheSameTextInAnotherProcess() throws Exception {
    Map<String, String> here = new TreeMap<>();
    for (PeStyle pe : PeStyles.all()) {
      RtlEmitter.emit(config(pe, 4, 4)).forEach((name, text) -> here.put(pe.name() + name, text));
      assertEquals(RtlEmitter.emit(config(pe, 4, 4)), RtlEmitter.emit(config(pe, 4, 4)));
    }
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classes = System.getProperty("java.class.path");
    RtlTool.run(
        folder, List.of(java, "-cp", classes, EmitToFolder.class.getName(), folder.toString()));
    Map<String, String> there = new TreeMap<>();
    try (Stream<Path> files = Files.list(folder)) {
      for (Path file : files.toList()) {
        there.put(file.getFileName().toString(), Files.readString(file));
      }
    }
    assertEquals(here, there);
  }

  /** Emits the designs of the test above, run in a process of its own. */
  static final class EmitToFolder {
    private EmitToFolder() {}

    /** Writes to the folder that the argument names. */
    public static void main(String[] arguments) throws Exception {
      for (PeStyle pe : PeStyles.all()) {
        for (Map.Entry<String, String> file : RtlEmitter.emit(config(pe, 4, 4)).entrySet()) {
          Files.writeString(Path.of(arguments[0], pe.name() + file.getKey()), file.getValue());
        }
      }
    }
  }

  @Test
  void packageComesBeforeTheModulesThatUseIt() {
    List<String> files = List.copyOf(RtlEmitter.emit(config(new CsdStyle(), 4, 4)).keySet());
    assertEquals("lutmac_pkg.sv", files.get(0));
    List<String> modules = files.subList(1, files.size());
    assertEquals(modules.stream().sorted().toList(), modules);
  }

  @Test
  void everyFileHoldsOneModuleOfItsNameBelowItsContract() {
    for (PeStyle pe : PeStyles.all()) {
      RtlEmitter.emit(config(pe, 4, 4))
          .forEach(
              (name, text) -> {
                Matcher module = Pattern.compile("(?m)^(?:module|package)\\s+(\\w+)").matcher(text);
                assertTrue(module.find(), name);
                assertEquals(name, module.group(1) + ".sv");
                assertTrue(text.substring(0, module.start()).contains("// "), name);
                assertFalse(module.find(), name);
              });
    }
  }

  @Test
  void namesNoPlaceOrTimeOfItsMaking() {
    String home = System.getProperty("user.home");
    RtlEmitter.emit(config(new CsdStyle(), 4, 4))
        .forEach(
            (name, text) -> {
              assertFalse(text.contains(".scala"), name);
              assertFalse(text.contains(home + "/"), name);
              assertFalse(text.contains("firtool"), name);
              assertFalse(text.matches("(?s).*\\b20\\d\\d-\\d\\d.*"), name);
            });
  }
}
