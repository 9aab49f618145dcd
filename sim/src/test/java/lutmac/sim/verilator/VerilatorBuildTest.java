package lutmac.sim.verilator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lutmac.network.BadInputException;
import lutmac.rtl.RtlTemplates;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("slow")
class VerilatorBuildTest {
  @TempDir Path cache;

  @Test
  void sameContentIsBuiltOnce() throws IOException {
    VerilatorBuild build = new VerilatorBuild(Toolchain.find(), cache);
    Simulator first = build.build(standIn("4"), false, RunLength.SHORT);
    assertFalse(first.cached());
    assertTrue(Files.isExecutable(first.executable()));
    Simulator second = build.build(standIn("4"), false, RunLength.SHORT);
    assertTrue(second.cached());
    assertEquals(first.executable(), second.executable());
    assertNotEquals(
        first.executable(), build.build(standIn("5"), false, RunLength.SHORT).executable());
  }

  @Test
  void buildsWhereThePathHasBlanksAndQuotes() throws IOException {
    Path place = Files.createDirectories(cache.resolve("with space's $HOME"));
    Simulator built =
        new VerilatorBuild(Toolchain.find(), place).build(standIn("4"), false, RunLength.SHORT);
    assertTrue(Files.isExecutable(built.executable()));
    assertTrue(built.executable().startsWith(place));
  }

  @Test
  void simulatorForLongRunsServesShortOnes() throws IOException {
    VerilatorBuild build = new VerilatorBuild(Toolchain.find(), cache);
    Simulator optimized = build.build(standIn("4"), false, RunLength.LONG);
    for (RunLength shorter : List.of(RunLength.SHORT, RunLength.MOMENT)) {
      Simulator served = build.build(standIn("4"), false, shorter);
      assertEquals(optimized.executable(), served.executable());
      assertTrue(served.cached());
    }
    Simulator quick = build.build(standIn("5"), false, RunLength.MOMENT);
    Simulator optimizedLater = build.build(standIn("5"), false, RunLength.SHORT);
    assertNotEquals(quick.executable(), optimizedLater.executable());
    assertFalse(optimizedLater.cached());
    assertEquals(
        optimizedLater.executable(),
        build.build(standIn("5"), false, RunLength.MOMENT).executable());
  }

  @Test
  void runIsAMomentBelowTenMillionMultiplyAccumulatesAndLongFromAThousandMillion() {
    assertEquals(RunLength.MOMENT, RunLength.of(9_999_999));
    assertEquals(RunLength.SHORT, RunLength.of(10_000_000));
    assertEquals(RunLength.SHORT, RunLength.of(999_999_999));
    assertEquals(RunLength.LONG, RunLength.of(1_000_000_000));
  }

  @Test
  void verilatorsLibraryIsCompiledOnce() throws IOException {
    VerilatorBuild build = new VerilatorBuild(Toolchain.find(), cache);
    build.build(standIn("4"), false, RunLength.SHORT);
    Path object = libraryObject();
    // Whatever stands there is linked, so a second build must fail on a broken one.
    Files.writeString(object, "no object file");
    Instant longAgo = Instant.now().minus(Duration.ofDays(2));
    Files.setLastModifiedTime(object.getParent(), FileTime.from(longAgo));
    assertThrows(BadInputException.class, () -> build.build(standIn("5"), false, RunLength.SHORT));
    Instant used = Files.getLastModifiedTime(object.getParent()).toInstant();
    assertTrue(used.isAfter(longAgo.plus(Duration.ofDays(1))), "it counts as used: " + used);
  }

  private Path libraryObject() throws IOException {
    try (Stream<Path> files = Files.walk(cache)) {
      return files.filter(file -> file.endsWith("verilated.o")).findFirst().orElseThrow();
    }
  }

  @Test
  void refusedSourceIsToldInOneLineWithTheFileThatSaysMore() throws IOException {
    VerilatorBuild build = new VerilatorBuild(Toolchain.find(), cache);
    RtlSources broken = new RtlSources(Map.of("top.sv", "module lutmac_top; nonsense endmodule"));
    String message =
        assertThrows(BadInputException.class, () -> build.build(broken, false, RunLength.SHORT))
            .getMessage();
    assertTrue(message.startsWith("Verilator refuses the design's RTL: %Error"), message);
    assertFalse(message.contains("\n"), message);
    Path log = Path.of(message.substring(message.lastIndexOf(' ') + 1));
    assertTrue(Files.readString(log).contains("top.sv"));
    try (Stream<Path> left = Files.list(cache)) {
      assertTrue(left.noneMatch(Files::isDirectory), "a failed build must leave no entry");
    }
  }

  @Test
  void parameterOutOfRangeIsToldWithItsValueAndItsLimits() {
    VerilatorBuild build = new VerilatorBuild(Toolchain.find(), cache);
    String top =
        "module lutmac_top; localparam int Rows = 65; parameter_range"
            + " #(.Name(\"lutmac_core.Rows\"), .Value(Rows), .Low(1), .High(64)) u (); endmodule";
    RtlSources outOfRange =
        new RtlSources(
            Map.of(
                "lutmac_top.sv",
                top,
                "parameter_range.sv",
                RtlTemplates.render("parameter_range", Map.of())));
    String message =
        assertThrows(BadInputException.class, () -> build.build(outOfRange, false, RunLength.SHORT))
            .getMessage();
    assertTrue(message.contains("lutmac_core.Rows is 65, it must lie in 1..64"), message);
  }

  @Test
  void fileListNamesTheSourcesInOrder() throws IOException {
    Files.createDirectory(cache.resolve("rtl"));
    Files.writeString(cache.resolve("rtl/b.sv"), "// b");
    Files.writeString(cache.resolve("rtl/a.sv"), "// a");
    Path list =
        Files.writeString(cache.resolve("design.f"), "# comment\n\n-sv\nrtl/b.sv\nrtl/a.sv\n");
    RtlSources sources = RtlSources.ofFileList(list);
    assertEquals(List.of("b.sv", "a.sv"), List.copyOf(sources.files().keySet()));
    assertEquals("// a", sources.files().get("a.sv"));
  }

  @Test
  void missingSourceFileIsTold() throws IOException {
    Path list = Files.writeString(cache.resolve("design.f"), "gone.sv\n");
    String message =
        assertThrows(BadInputException.class, () -> RtlSources.ofFileList(list)).getMessage();
    assertTrue(message.contains("gone.sv"), message);
  }

  private static RtlSources standIn(String cols) throws IOException {
    try (var in = VerilatorBuildTest.class.getResourceAsStream("/lutmac/sim/stand_in_top.sv")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      return new RtlSources(Map.of("stand_in_top.sv", text.replace("Cols = 4", "Cols = " + cols)));
    }
  }
}
