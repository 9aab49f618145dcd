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
import lutmac.network.process.VerilatedBench;

/** The core's modules in a folder, with the array's model and the testbench {@code core_tb.cpp}. */
record CoreBuild(Path folder, Size size, List<String> sources) {
  private static final int ACC_BITS = 32;
  private static final int FM_ADDR_BITS = 16;
  private static final int WEIGHT_ADDR_BITS = 14;
  private static final int PARAM_ADDR_BITS = 8;
  private static final int PROGRAM_ADDR_BITS = 12;
  private static final String ARRAY = "mac_array";
  private static final String ARRAY_MODEL = "mac_array_model.sv";
  private static final String TESTBENCH = "core_tb.cpp";
  private static final String TOP = "lutmac_core";

  /** What the core is built for: the templates' variables of these names; 1 for a feature. */
  record Size(
      int rows,
      int cols,
      int actBits,
      int taps,
      int planes,
      int depthwise,
      int packedMaps,
      int packedCodes,
      int logBits,
      int activationTables,
      int spacedRows,
      int outputRate) {

    /** A core without features. */
    static Size plain(int rows, int cols) {
      return new Size(rows, cols, 9, 3, 1, 0, 0, 0, 0, 0, 0, 1);
    }

    /** A core with all of them, and as many planes as the style's array holds. */
    static Size full(String peStyle, int rows, int cols) {
      return new Size(rows, cols, 14, 8, peStyle.equals("bins") ? 2 : 4, 1, 1, 1, 6, 1, 1, 1);
    }

    /** The templates' variables. */
    Map<String, Integer> variables() {
      Map<String, Integer> variables = new HashMap<>();
      variables.put("rows", rows);
      variables.put("cols", cols);
      variables.put("accBits", ACC_BITS);
      variables.put("actBits", actBits);
      variables.put("taps", taps);
      variables.put("planes", planes);
      variables.put("depthwise", depthwise);
      variables.put("packedMaps", packedMaps);
      variables.put("packedCodes", packedCodes);
      variables.put("logBits", logBits);
      variables.put("activationTables", activationTables);
      variables.put("spacedRows", spacedRows);
      variables.put("pools", 1);
      variables.put("feederRate", depthwise == 1 ? 1 : 2 - cols % 2);
      variables.put("countBits", 16);
      variables.put("sumBits", 32);
      variables.put("segments", 1);
      variables.put("alignBits", 5);
      variables.put("outputRate", outputRate);
      variables.put("binBits", 16);
      variables.put("groupRows", 2);
      variables.put("digits", 2);
      variables.put("fmAddrBits", FM_ADDR_BITS);
      variables.put("weightAddrBits", WEIGHT_ADDR_BITS);
      variables.put("paramAddrBits", PARAM_ADDR_BITS);
      variables.put("programAddrBits", PROGRAM_ADDR_BITS);
      return variables;
    }

    /** The testbench's macros. */
    String macros() {
      return ("-DROWS=%d -DCOLS=%d -DTAPS=%d -DPLANES=%d -DDEPTHWISE=%d -DPACKED_MAPS=%d"
              + " -DPACKED_CODES=%d -DLOG_BITS=%d -DACTIVATION_TABLES=%d -DSPACED_ROWS=%d"
              + " -DFM_AW=%d -DWGT_AW=%d -DPAR_AW=%d -DPROG_AW=%d")
          .formatted(
              rows,
              cols,
              taps,
              planes,
              depthwise,
              packedMaps,
              packedCodes,
              logBits,
              activationTables,
              spacedRows,
              FM_ADDR_BITS,
              WEIGHT_ADDR_BITS,
              PARAM_ADDR_BITS,
              PROGRAM_ADDR_BITS);
    }
  }

  /** Writes the modules, with the array's model. */
  static CoreBuild withArrayModel(Path folder, Size size) throws IOException {
    return withArrayModel(folder, size, (module, text) -> text);
  }

  /**
   * Writes the modules, with the array's model.
   *
   * @param change gives the text of a module to write from its name and its text
   */
  static CoreBuild withArrayModel(Path folder, Size size, BinaryOperator<String> change)
      throws IOException {
    List<String> sources = new ArrayList<>();
    for (String module : CoreModules.withArray(List.of(ARRAY))) {
      if (!module.startsWith(ARRAY)) {
        String text = RtlTemplates.render(module, size.variables());
        Files.writeString(folder.resolve(module + ".sv"), change.apply(module, text));
        sources.add(module + ".sv");
      }
    }
    copy(ARRAY_MODEL, folder);
    writeTestbench(folder);
    sources.add(ARRAY_MODEL);
    return new CoreBuild(folder, size, List.copyOf(sources));
  }

  /** Writes the modules of a whole core, with the array's template. */
  static CoreBuild withArray(Path folder, String peStyle, Size size) throws IOException {
    List<String> sources = new ArrayList<>();
    for (String module : CoreModules.withArray(array(peStyle))) {
      String file =
          (module.startsWith(ARRAY)
                  ? ARRAY
                  : module.startsWith("pe_") ? "processing_element" : module)
              + ".sv";
      String text = RtlTemplates.render(module, size.variables());
      Files.writeString(folder.resolve(file), text);
      sources.add(file);
    }
    writeTestbench(folder);
    return new CoreBuild(folder, size, List.copyOf(sources));
  }

  /** The templates of a style's array: those that it names in lutmac.generator.pe. */
  private static List<String> array(String peStyle) {
    return switch (peStyle) {
      case "csd" -> List.of("mac_array_csd", "mac_grid", "pe_digits_2", "row_select");
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
    return compile(VerilatedBench.Runs.LONG);
  }

  /** Builds the testbench for a run of some length. */
  CoreBuild compile(VerilatedBench.Runs runs) throws IOException, InterruptedException {
    Tool.VERILATOR.require();
    List<String> arguments = new ArrayList<>(List.of("--assert"));
    arguments.addAll(List.of("-CFLAGS", size.macros()));
    arguments.addAll(sources);
    arguments.add(TESTBENCH);
    Tool.built(folder, TOP, arguments, runs).orFail();
    return this;
  }

  /** Runs the testbench. */
  Tool.Outcome simulate(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(folder.resolve("obj/V" + TOP).toString()));
    command.addAll(List.of(arguments));
    return Tool.run(folder, command);
  }
}
