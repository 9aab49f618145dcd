package lutmac.rtl;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Both styles of the array against a plain sum of products (mac_array_tb.cpp). */
class MacArrayTest {
  private static final int SEED = 20;
  private static final List<String> SOURCES =
      Stream.concat(Stream.of("mac_array"), CoreModules.CONTRACTS.stream())
          .map(module -> module + ".sv")
          .toList();

  @TempDir Path folder;

  /** A configuration of the array. */
  record Shape(String style, int rows, int cols, int accBits, int binBits, int groupRows) {
    String rtl() {
      return RtlTemplates.render(
          "mac_array_" + style,
          Map.of(
              "rows", rows,
              "cols", cols,
              "accBits", accBits,
              "binBits", binBits,
              "groupRows", groupRows));
    }

    String defines() {
      String common = "-DTB_ROWS=%d -DTB_COLS=%d -DTB_ACC=%d".formatted(rows, cols, accBits);
      return style.equals("bins")
          ? common + " -DTB_BIN=%d -DTB_GROUP=%d".formatted(binBits, groupRows)
          : common;
    }
  }

  @ParameterizedTest
  @CsvSource({
    "bins, 1, 2, 16, 12, 4",
    "bins, 3, 4, 20, 13, 2",
    "bins, 7, 3, 32, 16, 4",
    "bins, 8, 8, 24, 14, 8",
    "bins, 14, 16, 24, 14, 4",
    "csd, 1, 2, 16, 0, 0",
    "csd, 3, 4, 20, 0, 0",
    "csd, 7, 3, 32, 0, 0",
    "csd, 8, 8, 24, 0, 0",
    "csd, 14, 16, 22, 0, 0",
  })
  void sumsEqualThePlainSumOfProductsUnderAnyStalls(
      String style, int rows, int cols, int accBits, int binBits, int groupRows) throws Exception {
    Shape shape = new Shape(style, rows, cols, accBits, binBits, groupRows);
    String output = build(shape, shape.rtl()).orFail().output();
    assertEquals("", output.lines().filter(line -> line.startsWith("%")).findFirst().orElse(""));
    String verdict = simulate().orFail().output();
    assertTrue(verdict.startsWith("PASS"), verdict);
  }

  static Stream<Arguments> faults() {
    return Stream.of(
        arguments("bins", "{acc_q[AccW-2:0], comp_q2}", "{acc_q[AccW-2:0], 1'b0}"),
        arguments("bins", "stall     = done_q3 & emit_q", "stall     = 1'b0"),
        arguments("bins", "step_ready_o = ~full_q | drain_idle", "step_ready_o = 1'b1"),
        arguments("bins", "if (clear_q1)", "if (1'b0)"),
        arguments("csd", "vx[9:2], u_neg[0]}", "vx[9:2], 1'b0}"),
        arguments("csd", "step_ready_o = ~(step_last_i & pending_q)", "step_ready_o = 1'b1"),
        arguments("csd", "(valid_q2 & first_q2)", "1'b0"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void brokenArrayIsFound(String style, String text, String broken) throws Exception {
    Shape shape = new Shape(style, 3, 2, 20, 14, 2);
    String rtl = shape.rtl();
    String mutant = rtl.replace(text, broken);
    assertNotEquals(rtl, mutant, "the text to break is gone");
    // The testbench has to see it, not the assertions.
    build(shape, mutant, "-DSYNTHESIS").orFail();
    Tool.Outcome outcome = simulate();
    assertEquals(1, outcome.status(), outcome.output());
  }

  @ParameterizedTest
  @CsvSource({
    "bins, 1, 2, 16, 12, 4",
    "bins, 5, 3, 20, 13, 2",
    "bins, 8, 8, 24, 14, 4",
    "csd, 1, 2, 16, 0, 0",
    "csd, 8, 8, 24, 0, 0",
  })
  void toolsAcceptTheArray(
      String style, int rows, int cols, int accBits, int binBits, int groupRows) throws Exception {
    Tool.ICARUS.require();
    Tool.YOSYS.require();
    write(new Shape(style, rows, cols, accBits, binBits, groupRows).rtl());
    String icarus =
        Tool.run(folder, command("iverilog", "-g2012", "-s", "mac_array", "-o", "array.vvp"))
            .orFail()
            .output();
    assertEquals("", icarus);
    Tool.run(
            folder,
            List.of(
                "yosys",
                "-q",
                "-p",
                "read_verilog -sv %s; hierarchy -check -top mac_array; proc; check -assert"
                    .formatted(String.join(" ", SOURCES))))
        .orFail();
  }

  private static List<String> command(String... start) {
    List<String> command = new ArrayList<>(List.of(start));
    command.addAll(SOURCES);
    return command;
  }

  private Tool.Outcome build(Shape shape, String rtl, String... options)
      throws IOException, InterruptedException {
    Tool.VERILATOR.require();
    write(rtl);
    List<String> command =
        command(
            "verilator",
            "-Wall",
            "-Wno-fatal",
            "--assert",
            "--cc",
            "--exe",
            "--build",
            "-O3",
            "-MAKEFLAGS",
            "OPT_SLOW=-O0 OPT_GLOBAL=-O0",
            "-CFLAGS",
            "-O1 -std=c++17 " + shape.defines(),
            "--top-module",
            "mac_array");
    command.add("mac_array_tb.cpp");
    command.addAll(List.of(options));
    if (Tool.installed("clang++")) {
      command.addAll(List.of("-MAKEFLAGS", "CXX=clang++ LINK=clang++"));
    }
    return Tool.run(folder, command);
  }

  private Tool.Outcome simulate() throws IOException, InterruptedException {
    return Tool.run(folder, List.of("obj_dir/Vmac_array", Integer.toString(SEED), "4"));
  }

  private void write(String rtl) throws IOException {
    Files.writeString(folder.resolve("mac_array.sv"), rtl);
    for (String module : CoreModules.CONTRACTS) {
      Files.writeString(folder.resolve(module + ".sv"), RtlTemplates.render(module, Map.of()));
    }
    try (InputStream bench = MacArrayTest.class.getResourceAsStream("mac_array_tb.cpp")) {
      Files.copy(bench, folder.resolve("mac_array_tb.cpp"));
    }
  }
}
