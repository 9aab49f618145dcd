package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Top-1 on whole test sets: the quick rows of {@code make accuracy}. */
@Tag("slow")
class AccuracyTest {

  static Stream<AccuracyBar> quickBars() {
    return AccuracyBar.all().stream().filter(AccuracyBar::quick).filter(bar -> !isLarge(bar));
  }

  static Stream<AccuracyBar> largeBars() {
    return AccuracyBar.all().stream().filter(AccuracyBar::quick).filter(AccuracyTest::isLarge);
  }

  /** Takes as long as all others. */
  private static boolean isLarge(AccuracyBar bar) {
    return bar.network() == RealNetwork.RESNET20;
  }

  @ParameterizedTest
  @MethodSource("quickBars")
  void quantizedNetworkKeepsItsAccuracy(AccuracyBar bar) {
    double floating =
        switch (bar.network()) {
          case LENET5 -> 99.28;
          case RESNET8 -> 87.19;
          case RESNET20 -> 91.73;
          case DSCNN -> 89.75;
          default -> throw new IllegalStateException(bar.network() + " is no quick row");
        };
    AccuracyBar.Outcome outcome = bar.measure(floating);
    System.out.printf(
        "%s, %s: float %.2f %%, quantized %.2f %%%n",
        bar.network(), bar.setting(), outcome.floating(), outcome.quantized());
    assertTrue(outcome.drop() <= bar.bar(), "lost %.2f points".formatted(outcome.drop()));
  }

  @Tag("campaign")
  @ParameterizedTest
  @MethodSource("largeBars")
  void largeNetworkKeepsItsAccuracy(AccuracyBar bar) {
    quantizedNetworkKeepsItsAccuracy(bar);
  }

  @ParameterizedTest
  @EnumSource(
      value = RealNetwork.class,
      names = {"LENET5", "RESNET8", "DSCNN"})
  void floatNetworkHasItsPublishedAccuracy(RealNetwork network) {
    double published =
        switch (network) {
          case LENET5 -> 99.28;
          case RESNET8 -> 87.19;
          default -> 89.75;
        };
    assertEquals(published, AccuracyBar.floating(network), 0.011);
  }
}
