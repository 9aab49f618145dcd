package lutmac.generator.pe;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import lutmac.rtl.RtlTemplates;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class PeStylesTest {

  static Stream<PeStyle> styles() {
    return PeStyles.all().stream();
  }

  @Test
  void everyNameIsThatOfOneStyle() {
    assertEquals(PeStyles.all().size(), new HashSet<>(PeStyles.names()).size());
    assertTrue(
        PeStyles.names().containsAll(List.of("bins", "csd", "serial", "dsp")),
        PeStyles.names().toString());
    assertEquals("bins", PeStyles.standard().name());
  }

  @Test
  void findsAStyleByItsNameInAnyCase() {
    assertEquals(new CsdStyle(), PeStyles.named("csd"));
    assertEquals(new BinsStyle(), PeStyles.named("BINS"));
  }

  @Test
  void listsTheStylesToThoseWhoAskForAnotherOne() {
    String message =
        assertThrows(IllegalArgumentException.class, () -> PeStyles.named("dsp48")).getMessage();
    assertTrue(message.contains(PeStyles.names().toString()), message);
    assertTrue(message.contains("'dsp48'"), message);
  }

  @ParameterizedTest
  @MethodSource("styles")
  void statesTheStandardValueOfEveryParameter(PeStyle style) {
    assertEquals(
        style.parameters().stream().map(StyleParameter::name).toList(),
        List.copyOf(style.values().keySet()));
    for (StyleParameter parameter : style.parameters()) {
      assertEquals(parameter.standard(), style.values().get(parameter.name()), parameter.name());
    }
  }

  @ParameterizedTest
  @MethodSource("styles")
  void takesEveryValueOfARangeAndNoOther(PeStyle style) {
    for (StyleParameter parameter : style.parameters()) {
      for (int value = parameter.min(); value <= parameter.max(); value++) {
        Map<String, Integer> expected = new HashMap<>(style.values());
        expected.put(parameter.name(), value);
        assertEquals(expected, style.with(Map.of(parameter.name(), value)).values());
      }
      for (int outside : new int[] {parameter.min() - 1, parameter.max() + 1}) {
        String message =
            assertThrows(
                    IllegalArgumentException.class,
                    () -> style.with(Map.of(parameter.name(), outside)))
                .getMessage();
        assertTrue(message.contains(parameter.name()), message);
        assertTrue(message.contains(parameter.min() + " to " + parameter.max()), message);
      }
    }
    assertEquals(style, style.with(Map.of("nobodyHasThis", 1)));
  }

  @ParameterizedTest
  @MethodSource("styles")
  void hasATemplateWhoseVariablesItNames(PeStyle style) {
    Map<String, Integer> variables = new HashMap<>(style.values());
    variables.putAll(
        Map.of("rows", 4, "cols", 4, "accBits", 24, "actBits", 9, "planes", 1, "depthwise", 0));
    for (String template : style.templates()) {
      assertNotNull(RtlTemplates.render(template, variables));
    }
  }

  @ParameterizedTest
  @MethodSource("styles")
  void boundsTheAreaOfItsOwnArrays(PeStyle style) {
    assertTrue(
        style.areaBounds().stream().allMatch(bound -> bound.style().name().equals(style.name())));
    assertTrue(!style.areaBounds().isEmpty());
  }

  @ParameterizedTest
  @CsvSource({"binBits, --bin-bits", "digits, --digits", "groupRows, --group-rows"})
  void spellsAParameterAsAnOption(String name, String option) {
    assertEquals(option, parameter(name).option());
  }

  private static StyleParameter parameter(String name) {
    return new StyleParameter(name, "Something", "", "bits", 2, 4, 3);
  }

  @Test
  void readsAValueInItsRange() {
    assertEquals(2, parameter("any").parse("2"));
    assertEquals(4, parameter("any").parse("4"));
  }

  @ParameterizedTest
  @ValueSource(strings = {"1", "5", "-3", "3.0", "three", "", "99999999999"})
  void rejectsATextThatIsNoValueInItsRange(String text) {
    String message =
        assertThrows(IllegalArgumentException.class, () -> parameter("any").parse(text))
            .getMessage();
    assertTrue(message.contains("2 to 4 bits") && message.contains(text), message);
  }

  @Test
  void rejectsAStandardValueOutOfRange() {
    assertThrows(
        IllegalArgumentException.class,
        () -> new StyleParameter("any", "Something", "", "bits", 2, 4, 5));
  }
}
