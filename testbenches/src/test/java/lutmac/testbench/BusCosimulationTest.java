package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.sim.verilator.RtlSources;
import org.junit.jupiter.api.Named;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Random combinations of network, strips, buffers, width of the bus and pauses: memory images,
 * inputs and outputs in a memory that pauses at random, all that the protocol promises checked,
 * every word of every layer against the golden model. What goes wrong between the runs (the bus,
 * the driver, the image, a reset) must leave nothing behind.
 */
@Tag("slow")
class BusCosimulationTest {
  /** Of 500 combinations each of two arrays has half. */
  private static final int SAMPLE = 250;

  /** Of 10,008 each of six arrays has four parts. */
  private static final int PART = 417;

  private static final int PARTS = 4;
  private static final int FIRST_OF_MANY = 100_000;
  private static final int MOST_REPORTED = 5;

  static Stream<Arguments> sample() {
    return RandomHardware.onBuses().stream()
        .limit(2)
        .map(hardware -> combinations(hardware, 0, SAMPLE));
  }

  static Stream<Arguments> many() {
    return RandomHardware.onBuses().stream()
        .flatMap(
            hardware ->
                IntStream.range(0, PARTS)
                    .mapToObj(part -> combinations(hardware, FIRST_OF_MANY + part * PART, PART)));
  }

  private static Arguments combinations(AcceleratorConfig hardware, int firstSeed, int count) {
    String name = "%dx%d %s".formatted(hardware.rows(), hardware.cols(), hardware.pe().name());
    return Arguments.of(Named.of(name, hardware), firstSeed, count);
  }

  @ParameterizedTest
  @MethodSource("sample")
  void combinationsAreBitExact(AcceleratorConfig hardware, int firstSeed, int count) {
    Hardware.expectLongRuns(new RtlSources(Hardware.rtl(hardware)), hardware.bus());
    List<BusCombination> drawn = new ArrayList<>();
    List<String> faults = new ArrayList<>();
    for (int seed = firstSeed; seed < firstSeed + count; seed++) {
      BusCombination combination = BusCombination.of(seed, hardware);
      drawn.add(combination);
      combination.fault().ifPresent(faults::add);
    }
    assertEquals(
        "",
        String.join("\n", faults.subList(0, Math.min(MOST_REPORTED, faults.size()))),
        () -> "%d of %d are wrong".formatted(faults.size(), count));
    assertShare(0.25, drawn, BusCombination::hasStrips);
    assertShare(0.1, drawn, BusCombination::hasOtherScript);
    assertShare(0.4, drawn, BusCombination::isDisturbed);
    assertShare(0.5, drawn, BusCombination::pauses);
  }

  @Test
  void extremesAreBitExact() {
    AcceleratorConfig hardware = RandomHardware.wideBus();
    Hardware.expectLongRuns(new RtlSources(Hardware.rtl(hardware)), hardware.bus());
    for (long seed = 1; seed <= 2; seed++) {
      assertEquals(Optional.empty(), BusCombination.ofEverything(seed, hardware).fault());
      assertEquals(Optional.empty(), BusCombination.ofLargeMaps(seed, hardware).fault());
    }
  }

  /** Rows of sums that no output waits for follow a block's last row at once, but for that. */
  @Test
  void theNextBlockWaitsForItsParameters() {
    AcceleratorConfig bins = RandomHardware.onBuses().get(1);
    assertEquals(Optional.empty(), BusCombination.of(100_035, bins).fault());
  }

  @Tag("campaign")
  @ParameterizedTest
  @MethodSource("many")
  void manyCombinationsAreBitExact(AcceleratorConfig hardware, int firstSeed, int count) {
    combinationsAreBitExact(hardware, firstSeed, count);
  }

  private static void assertShare(
      double least, List<BusCombination> drawn, Predicate<BusCombination> property) {
    long found = drawn.stream().filter(property).count();
    assertTrue(found >= least * drawn.size(), () -> "only %d of them".formatted(found));
  }
}
