package lutmac.testbench.fuzz;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import lutmac.network.BadInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A sample of {@code make fuzz}. */
class FuzzTest {
  private static final int INPUTS = 200;
  private static final double SECONDS = 0.7;

  /** Made once: one of them compiles a design. */
  private static final List<FuzzTarget> TARGETS = FuzzTargets.all();

  @TempDir Path folder;

  static List<FuzzTarget> targets() {
    return TARGETS;
  }

  @ParameterizedTest
  @MethodSource("targets")
  void everyReaderReadsOrRefuses(FuzzTarget target) throws IOException {
    FuzzReport report = new Fuzzer(folder).run(target, 20, INPUTS, SECONDS);
    assertEquals(List.of(), report.faults().stream().map(FuzzReport.Fault::what).toList());
    assertTrue(report.refused() > 0, "some damage is noticed");
  }

  @ParameterizedTest
  @MethodSource("targets")
  void whatIsWholeIsRead(FuzzTarget target) throws IOException {
    FuzzTarget undamaged =
        new FuzzTarget(
            target.name(),
            target.corpus(),
            (whole, other, random) -> whole,
            target.place(),
            target.reader(),
            target.setup());
    FuzzReport report = new Fuzzer(folder).run(undamaged, 1, 4L * target.corpus().size(), 60);
    assertEquals(List.of(), report.faults());
    assertEquals("", report.lastRefusal());
  }

  @Test
  void findsExceptionsOfAReader() throws IOException {
    List<byte[]> corpus = List.of("12".getBytes(StandardCharsets.UTF_8));
    FuzzTarget careless =
        new FuzzTarget(
            "careless",
            corpus,
            (whole, other, random) -> new Mutator(random).damaged(whole, other),
            "file",
            file -> {
              byte[] bytes = Files.readAllBytes(file);
              if (bytes.length < 2) {
                throw new BadInputException("too short");
              }
              if (bytes.length > 3) {
                throw new IllegalStateException("longer than expected");
              }
            },
            nothing -> {});
    FuzzReport report = new Fuzzer(folder).run(careless, 1, 200, 60);
    assertEquals(1, report.faults().size());
    assertTrue(report.faults().get(0).what().startsWith("IllegalStateException at"));
    assertTrue(report.refused() > 0);
  }
}
