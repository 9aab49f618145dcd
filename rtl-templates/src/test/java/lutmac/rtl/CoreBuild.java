package lutmac.rtl;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BinaryOperator;

/** The core's modules in a folder, with the array's model and the testbench {@code core_tb.cpp}. */
record CoreBuild(Path folder, int rows, int cols, List<String> sources) {
  private static final int ACC_BITS = 30;
  private static final String ARRAY = "mac_array";
  private static final String ARRAY_MODEL = "mac_array_model.sv";
  private static final String TESTBENCH = "core_tb.cpp";

  /** The templates' variables; the testbench assumes the address widths. */
  static Map<String, Integer> variables(int rows, int cols) {
    Map<String, Integer> values =
        new HashMap<>(
            Map.of(
                "rows", rows,
                "cols", cols,
                "accBits", ACC_BITS,
                "fmAddrBits", 16,
                "weightAddrBits", 14,
                "paramAddrBits", 8,
                "programAddrBits", 12));
    values.putAll(Map.of("actBits", 9, "planes", 1, "depthwise", 0));
    values.putAll(Map.of("binBits", 16, "groupRows", 2, "digits", 2));
    return values;
  }

  /** Writes the modules, with the array's model. */
  static CoreBuild withArrayModel(Path folder, int rows, int cols) throws IOException {
    return withArrayModel(folder, rows, cols, (module, text) -> text);
  }

  /**
   * Writes the modules, with the array's model.
   *
   * @param change gives the text of a module to write from its name and its text
   */
  static CoreBuild withArrayModel(Path folder, int rows, int cols, BinaryOperator<String> change)
      throws IOException {
    List<String> sources = new ArrayList<>();
    for (String module : CoreModules.withArray(List.of(ARRAY))) {
      if (!module.startsWith(ARRAY)) {
        String text = RtlTemplates.render(module, variables(rows, cols));
        Files.writeString(folder.resolve(module + ".sv"), change.apply(module, text));
        sources.add(module + ".sv");
      }
    }
    copy(ARRAY_MODEL, folder);
    writeTestbench(folder);
    sources.add(ARRAY_MODEL);
    return new CoreBuild(folder, rows, cols, List.copyOf(sources));
  }

  /** Writes the modules of a whole core, with the array's template. */
  static CoreBuild withArray(Path folder, String peStyle, int rows, int cols) throws IOException {
    List<String> sources = new ArrayList<>();
    for (String module : CoreModules.withArray(array(peStyle))) {
      String file = (module.startsWith(ARRAY) ? ARRAY : module) + ".sv";
      String text = RtlTemplates.render(module, variables(rows, cols));
      Files.writeString(folder.resolve(file), text);
      sources.add(file);
    }
    writeTestbench(folder);
    return new CoreBuild(folder, rows, cols, List.copyOf(sources));
  }

  /** The templates of a style's array: those that it names in lutmac.generator.pe. */
  private static List<String> array(String peStyle) {
    return switch (peStyle) {
      case "csd" -> List.of("mac_array_csd", "pe_digits_2", "row_select");
      default -> List.of("mac_array_" + peStyle);
    };
  }

  private static void writeTestbench(Path folder) throws IOException {
    copy(TESTBENCH, folder);
    Files.writeString(folder.resolve("lutmac_layout.h"), RtlTemplates.layoutHeader());
  }

  private static void copy(String resource, Path folder) throws IOException {
    try (InputStream in = CoreBuild.class.getResourceAsStream(resource)) {
      Files.write(folder.resolve(resource), in.readAllBytes());
    }
  }

  /** Builds the testbench; of the arrays' tables it knows {@code csd}'s. */
  CoreBuild compile() throws IOException, InterruptedException {
    Tool.VERILATOR.require();
    List<String> command = new ArrayList<>();
    command.addAll(List.of("verilator", "--assert", "--cc", "--exe", "--build", "--Mdir", "obj"));
    command.addAll(List.of("--top-module", "lutmac_core", "-O3", "-o", "core_tb"));
    command.addAll(List.of("-CFLAGS", "-O1 -std=c++17 -DROWS=%d -DCOLS=%d".formatted(rows, cols)));
    command.addAll(sources);
    command.add(TESTBENCH);
    Tool.run(folder, command).orFail();
    return this;
  }

  /** Runs the testbench. */
  Tool.Outcome simulate(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(folder.resolve("obj/core_tb").toString()));
    command.addAll(List.of(arguments));
    return Tool.run(folder, command);
  }
}
