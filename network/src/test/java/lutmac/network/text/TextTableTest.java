package lutmac.network.text;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.List;
import org.junit.jupiter.api.Test;

class TextTableTest {
  @Test
  void namesGoToTheLeftAndFiguresToTheRight() {
    assertEquals(
        """
        layer  cycles
        conv1     512
        fc          7""",
        new TextTable("layer", "cycles").row("conv1", 512).row("fc", 7).toString());
  }

  @Test
  void columnsMayBeWiderThanTheirCells() {
    TextTable table =
        new TextTable(
            List.of(
                TextTable.Column.figure("#").atLeast(3),
                TextTable.Column.name("layer"),
                TextTable.Column.figure("n").atLeast(4)));
    assertEquals("  #  layer     n\n  1  a      1000", table.row(1, "a", 1000).toString());
  }

  @Test
  void noLineEndsInSpaces() {
    TextTable table =
        new TextTable(List.of(TextTable.Column.name("a"), TextTable.Column.name("better")));
    assertEquals("a  better\n1  more\n2", table.row(1, "more").row(2, "").toString());
  }

  @Test
  void refusesRowsOfAnotherLength() {
    assertThrows(IllegalArgumentException.class, () -> new TextTable("a", "b").row(1));
  }
}
