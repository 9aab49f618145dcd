package lutmac.rtl.layout;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import org.junit.jupiter.api.Test;

class LayoutPlacesTest {
  @Test
  void saysWhereEveryFieldLies() {
    assertEquals(
        List.of("operation@0+4", "memory@4+4", "address@8+24", "words@32+32"),
        Layouts.HOST_HEADER.places());
  }

  /** A field of a descriptor that moves makes another fingerprint, and a comment does not. */
  @Test
  void coversWhatAnImageHoldsAndNoComments() {
    String places = Layouts.placesInImages().toString();
    for (DescriptorField field : DescriptorField.values()) {
      assertEquals(
          1,
          List.of(places.split("[\\[\\], ]+")).stream()
              .filter(
                  place ->
                      place.matches(
                          "%s@%d\\+%ds?".formatted(field.label(), field.position(), field.width())))
              .count(),
          field.label());
    }
    assertEquals(false, places.contains(DescriptorField.values()[0].bits().meaning()));
  }
}
