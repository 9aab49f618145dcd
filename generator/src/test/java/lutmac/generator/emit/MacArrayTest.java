package lutmac.generator.emit;

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
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lutmac.generator.pe.ArrayFeatures;
import lutmac.generator.pe.BinsStyle;
import lutmac.generator.pe.CsdStyle;
import lutmac.generator.pe.DspStyle;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.PeStyles;
import lutmac.network.process.RequiredProgram;
import lutmac.network.process.VerilatedBench;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The array of every style, with the tables and segments that the style makes, against a plain sum
 * of products (mac_array_tb.cpp).
 */
@Tag("slow")
@Execution(ExecutionMode.CONCURRENT)
class MacArrayTest {
  private static final int SEED = 20;
  private static final String TESTBENCH = "mac_array_tb.cpp";
  private static final String STIMULUS = "layers.txt";

  @TempDir Path folder;

  /** An array. */
  record Shape(PeStyle style, int rows, int cols, ArrayFeatures features) {
    static Shape plain(PeStyle style, int rows, int cols, int accBits) {
      return new Shape(style, rows, cols, ArrayFeatures.plain(accBits));
    }

    SortedMap<String, String> rtl() {
      return new TreeMap<>(RtlEmitter.array(style, rows, cols, features));
    }
  }

  /** Every style at its ends: the smallest array, and odd ones with all features. */
  static Stream<Shape> shapes() {
    return Stream.of(
            PeStyles.all().stream().flatMap(MacArrayTest::ends),
            Stream.of(Shape.plain(new BinsStyle(13, 2), 3, 4, 20)),
            csd(style -> Stream.of(new Shape(style, 9, 3, new ArrayFeatures(26, 13, 2, true)))),
            Stream.of(
                Shape.plain(new DspStyle(1), 4, 3, 24),
                new Shape(new DspStyle(2), 5, 3, new ArrayFeatures(26, 9, 2, true))))
        .flatMap(shapes -> shapes);
  }

  /** Shapes between those, other bins and features one by one. */
  static Stream<Shape> otherShapes() {
    return Stream.of(
            PeStyles.all().stream().flatMap(MacArrayTest::between),
            Stream.of(
                Shape.plain(new BinsStyle(12, 4), 1, 2, 16),
                Shape.plain(new BinsStyle(16, 4), 7, 3, 32)),
            csd(style -> Stream.of(Shape.plain(style, 1, 2, 12), Shape.plain(style, 5, 4, 24))))
        .flatMap(shapes -> shapes);
  }

  /** Shapes of csd arrays of every other number of digits than the usual. */
  private static Stream<Shape> csd(Function<PeStyle, Stream<Shape>> shapes) {
    return IntStream.rangeClosed(1, 4)
        .filter(digits -> digits != 2)
        .mapToObj(CsdStyle::new)
        .flatMap(shapes);
  }

  /**
   * What takes a minute to build and shows the same: whole accelerators of these sizes are
   * simulated elsewhere.
   */
  static Stream<Shape> wideShapes() {
    return Stream.concat(
        PeStyles.all().stream()
            .flatMap(
                style -> Stream.of(Shape.plain(style, 8, 8, 24), Shape.plain(style, 14, 5, 22))),
        Stream.of(Shape.plain(new BinsStyle(14, 8), 8, 8, 24)));
  }

  private static Stream<Shape> ends(PeStyle style) {
    int planes = style.mostPlanes();
    return Stream.of(
        Shape.plain(style, 1, 2, 16),
        new Shape(wide(style), 4, 5, new ArrayFeatures(30, 14, Math.min(3, planes), true)),
        new Shape(style, 2, 3, new ArrayFeatures(32, 10, planes, true)));
  }

  private static Stream<Shape> between(PeStyle style) {
    return Stream.of(
        Shape.plain(style, 7, 3, 32),
        new Shape(style, 3, 2, new ArrayFeatures(20, 9, Math.min(2, style.mostPlanes()), false)),
        Shape.plain(style, 3, 4, 20),
        new Shape(style, 3, 4, new ArrayFeatures(24, 9, 1, true)),
        new Shape(wide(style), 5, 3, new ArrayFeatures(28, 13, 1, false)));
  }

  /** A bin holds the widest activation. */
  private static PeStyle wide(PeStyle style) {
    return style.with(Map.of("binBits", 16));
  }

  @ParameterizedTest
  @MethodSource("shapes")
  void sumsEqualThePlainSumOfProductsUnderAnyStalls(Shape shape) throws Exception {
    String warnings = build(shape, shape.rtl(), "--assert");
    assertEquals("", warnings.lines().filter(line -> line.startsWith("%")).findFirst().orElse(""));
    String verdict = simulate();
    assertTrue(verdict.startsWith("PASS"), verdict);
  }

  @Tag("campaign")
  @ParameterizedTest
  @MethodSource({"otherShapes", "wideShapes"})
  void sumsOfOtherArraysEqualThePlainSumOfProducts(Shape shape) throws Exception {
    sumsEqualThePlainSumOfProductsUnderAnyStalls(shape);
  }

  @Tag("campaign")
  @ParameterizedTest
  @MethodSource("otherShapes")
  void toolsAcceptOtherArrays(Shape shape) throws Exception {
    toolsAcceptTheArray(shape);
  }

  /** One of every style; the others are in the campaign. */
  static Stream<Arguments> faults() {
    return Stream.of(
        arguments(new BinsStyle(14, 2), "stall     = done_q3 & emit_q", "stall     = 1'b0"),
        arguments(
            PeStyles.named("csd"),
            "running_q <= clear_i ? '0 : running_d",
            "running_q <= running_d"),
        arguments(PeStyles.named("serial"), "(digit_q == 2'd0)", "1'b1"),
        arguments(PeStyles.named("dsp"), "product_q2[ProductW*i - 1]", "1'b0"));
  }

  static Stream<Arguments> otherFaults() {
    PeStyle bins = new BinsStyle(14, 2);
    PeStyle csd = PeStyles.named("csd");
    return Stream.of(
        arguments(bins, "acc_q[0] ^ comp_q2", "acc_q[0]"),
        arguments(bins, "step_ready_o = ~full_q | drain_idle", "step_ready_o = 1'b1"),
        arguments(bins, "out_ready & ~emit_select[g]", "1'b0"),
        arguments(bins, "if (clear_q1 & ~stall)", "if (1'b0)"),
        arguments(csd, "vx[TermW-1:2], u_neg[0]}", "vx[TermW-1:2], 1'b0}"),
        arguments(csd, "step_ready_o = ~(step_last_i & pending_q)", "step_ready_o = 1'b1"),
        arguments(csd, "valid_q[Sums-1] & first_q[Sums-1]", "1'b0"),
        arguments(new CsdStyle(1), "fill           = {6{negative}}", "fill           = '0"),
        arguments(new CsdStyle(4), "high, digits[7]}", "high, 1'b0}"),
        arguments(
            PeStyles.named("serial"), "behind_q     <= digits_q[page]", "behind_q     <= 2'd1"),
        arguments(PeStyles.named("dsp"), "FactorW'(low)", "FactorW'(unsigned'(low))"));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void brokenArrayIsFound(PeStyle style, String text, String broken) throws Exception {
    Shape shape = Shape.plain(style, 3, 2, 20);
    SortedMap<String, String> whole = shape.rtl();
    SortedMap<String, String> rtl = shape.rtl();
    rtl.replaceAll((file, module) -> module.replace(text, broken));
    assertNotEquals(whole, rtl, "the text to break is gone");
    // The testbench has to see it, not the assertions.
    build(shape, rtl, "-DSYNTHESIS");
    String verdict = simulate();
    assertTrue(verdict.contains("FAIL "), verdict);
  }

  @Tag("campaign")
  @ParameterizedTest
  @MethodSource("otherFaults")
  void arrayThatIsBrokenElsewhereIsFound(PeStyle style, String text, String broken)
      throws Exception {
    brokenArrayIsFound(style, text, broken);
  }

  @ParameterizedTest
  @MethodSource({"shapes", "wideShapes"})
  void toolsAcceptTheArray(Shape shape) throws Exception {
    RequiredProgram.require("iverilog");
    RequiredProgram.require("yosys");
    SortedMap<String, String> rtl = shape.rtl();
    write(shape, rtl);
    List<String> icarus = command(rtl, "iverilog", "-g2012", "-s", RtlEmitter.ARRAY, "-o", "a.vvp");
    assertEquals("", RtlTool.run(folder, icarus));
    String script =
        "read_verilog -sv %s; hierarchy -check -top %s; proc; check -assert"
            .formatted(String.join(" ", rtl.keySet()), RtlEmitter.ARRAY);
    RtlTool.run(folder, List.of("yosys", "-q", "-p", script));
  }

  /** What Verilator says while it builds the testbench. */
  private String build(Shape shape, SortedMap<String, String> rtl, String assertions)
      throws IOException, InterruptedException {
    RequiredProgram.require("verilator");
    write(shape, rtl);
    String defines =
        "-DTB_ROWS=%d -DTB_COLS=%d -DTB_ACC=%d -DTB_ACT=%d -DTB_PLANES=%d"
            .formatted(
                shape.rows(),
                shape.cols(),
                shape.features().accBits(),
                shape.features().actBits(),
                shape.features().planes());
    List<String> arguments = command(rtl, assertions, "-Wall", "-Wno-fatal");
    arguments.addAll(List.of("-CFLAGS", defines, TESTBENCH));
    return RtlTool.built(folder, RtlEmitter.ARRAY, arguments, VerilatedBench.Runs.SHORT);
  }

  private static List<String> command(SortedMap<String, String> rtl, String... start) {
    List<String> command = new ArrayList<>(List.of(start));
    command.addAll(rtl.keySet());
    return command;
  }

  /** The testbench's verdict; it exits with 1 when a sum is wrong. */
  private String simulate() throws IOException, InterruptedException {
    return RtlTool.run(
        folder, List.of("sh", "-c", "obj/Vmac_array %d %s || true".formatted(SEED, STIMULUS)));
  }

  private void write(Shape shape, SortedMap<String, String> rtl) throws IOException {
    RtlTool.write(folder, rtl);
    Files.writeString(
        folder.resolve(STIMULUS),
        ArrayStimulus.of(shape.style(), shape.rows(), shape.cols(), shape.features(), SEED, 4));
    try (InputStream bench = MacArrayTest.class.getResourceAsStream(TESTBENCH)) {
      Files.copy(bench, folder.resolve(TESTBENCH));
    }
  }
}
