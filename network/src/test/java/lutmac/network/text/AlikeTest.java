package lutmac.network.text;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.Collection;
import java.util.List;
import org.junit.jupiter.api.Test;

class AlikeTest {
  private static final Collection<String> STYLES = List.of("bins", "csd", "serial", "dsp");

  @Test
  void findsALetterLeftOutTooManyChangedOrSwapped() {
    assertEquals(List.of("bins"), Alike.to("bin", STYLES));
    assertEquals(List.of("serial"), Alike.to("seriall", STYLES));
    assertEquals(List.of("serial"), Alike.to("sarial", STYLES));
    assertEquals(List.of("csd"), Alike.to("cds", STYLES));
    assertEquals(List.of("retargeting"), Alike.to("retarget", List.of("retargeting", "descent")));
  }

  @Test
  void knowsAWordThatGoesOn() {
    List<String> options = List.of("--calib", "--calib-labels", "--pe", "--std");
    assertEquals(List.of("--calib"), Alike.to("--calibration", options));
    assertEquals(List.of(), Alike.to("--pessimist", options));
  }

  @Test
  void knowsCapitalLetters() {
    assertEquals(List.of("Labels.csv"), Alike.to("LABELS.csv", List.of("Labels.csv", "names.txt")));
  }

  @Test
  void namesTheClosestOnesOnlyAndThreeAtMost() {
    List<String> layers = List.of("conv1", "conv2", "conv3", "conv4", "convert");
    assertEquals(List.of("conv1", "conv2", "conv3"), Alike.to("conv", layers));
    assertEquals(List.of("conv1"), Alike.to("conv1x", layers));
  }

  @Test
  void saysNothingWhereNothingIsAlike() {
    assertEquals("", Alike.hint("shift", STYLES));
    assertEquals("", Alike.hint("x", List.of("y", "z")));
    assertEquals("; did you mean bins?", Alike.hint("Binz", STYLES));
  }
}
