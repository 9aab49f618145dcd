package lutmac.generator.design;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.math.BigInteger;
import java.util.Random;
import lutmac.rtl.layout.Memory;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class MemoryHexTest {
  @Test
  void writesTheMostSignificantDigitFirst() {
    byte[] image = {0x12, 0x34, 0x56, 0x78, (byte) 0x9a, (byte) 0xbc, 0x0d, 0x0e};
    assertEquals("78563412\n0e0dbc9a\n", MemoryHex.of(Memory.PROGRAM, 8).text(image));
  }

  @Test
  void writesNoDigitsBeyondTheWord() {
    assertEquals("412\n", MemoryHex.of(Memory.WEIGHTS, 3).text(new byte[] {0x12, 0x04}));
  }

  @Property(tries = 200)
  void readsBackWhatItWroteForWordsOfAnyWidth(
      @ForAll @IntRange(min = 1, max = 700) int wordBits,
      @ForAll @IntRange(min = 0, max = 5) int words,
      @ForAll long seed) {
    MemoryHex format = new MemoryHex(wordBits);
    Random random = new Random(seed);
    byte[] image = new byte[words * format.wordBytes()];
    StringBuilder numbers = new StringBuilder();
    for (int word = 0; word < words; word++) {
      BigInteger value = new BigInteger(wordBits, random);
      numbers.append(value.toString(16)).append('\n');
      for (int bit = 0; bit < wordBits; bit++) {
        if (value.testBit(bit)) {
          image[word * format.wordBytes() + bit / 8] |= (byte) (1 << bit % 8);
        }
      }
    }
    String text = format.text(image);
    assertEquals(numbers.toString(), text.replaceAll("(?m)^0+(?=\\w)", ""));
    assertArrayEquals(image, format.image(text, words));
  }

  @Test
  void rejectsAWrongNumberOfWords() {
    assertRejects("1234567\n89abcde\n", 3, "2 words");
  }

  @Test
  void rejectsALineThatIsNoWord() {
    assertRejects("1234567\n89abcdg\n", 2, "line 2");
    assertRejects("1234567\n89abcd\n", 2, "line 2");
    assertRejects("123456789\n89abcde\n", 2, "line 1");
  }

  @Test
  void rejectsBitsAboveTheWord() {
    assertEquals(4, new MemoryHex(27).image("7ffffff\n", 1).length);
    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> new MemoryHex(27).image("8000000\n", 1));
    assertTrue(error.getMessage().contains("line 1"), error.getMessage());
  }

  private static void assertRejects(String text, int words, String message) {
    IllegalArgumentException error =
        assertThrows(IllegalArgumentException.class, () -> new MemoryHex(28).image(text, words));
    assertTrue(error.getMessage().contains(message), error.getMessage());
  }
}
