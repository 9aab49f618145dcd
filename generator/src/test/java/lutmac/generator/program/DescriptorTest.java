package lutmac.generator.program;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.EnumSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import lutmac.network.BadInputException;
import lutmac.rtl.layout.DescriptorField;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;

class DescriptorTest {

  @Test
  void fieldsDoNotOverlap() {
    int[] taken = new int[DescriptorField.WORDS];
    for (DescriptorField field : DescriptorField.values()) {
      int mask = (int) field.encode(-1);
      assertEquals(field.width(), Integer.bitCount(mask), field.label());
      assertEquals(0, taken[field.word()] & mask, field.label());
      taken[field.word()] |= mask;
    }
  }

  @Property(tries = 100)
  void decodingRestoresEveryField(@ForAll long seed) {
    Random random = new Random(seed);
    Descriptor.Builder builder = new Descriptor.Builder("any");
    // The check word follows from the others.
    Set<DescriptorField> fields = EnumSet.complementOf(EnumSet.of(DescriptorField.CHECK));
    for (DescriptorField field : fields) {
      long value =
          switch (random.nextInt(3)) {
            case 0 -> field.min();
            case 1 -> field.max();
            default -> random.nextLong(field.min(), field.max() + 1);
          };
      builder.set(field, value);
    }
    builder.set(DescriptorField.ACTIVATION_TABLE, false);
    builder.table(new int[] {7, -1, random.nextInt()});
    if (random.nextBoolean()) {
      builder.activationTable(
          random.nextInt(400) - 300, random.ints(256, -128, 128).boxed().toList());
    }
    Descriptor descriptor = builder.build();
    int[] words = descriptor.encode();
    Descriptor decoded = Descriptor.decode(words, 0);
    for (DescriptorField field : fields) {
      assertEquals(descriptor.get(field), decoded.get(field), field.label());
    }
    assertEquals(descriptor.table(), decoded.table());
    assertEquals(descriptor.activationTable(), decoded.activationTable());
    assertArrayEquals(words, decoded.encode());
  }

  /** Entry e holds the output of the pre-activation code that is e modulo 256. */
  @Test
  void activationTableBeginsWhereItsCodesDo() {
    Descriptor descriptor =
        new Descriptor.Builder("any").activationTable(-2, List.of(10, -11, 12, 13, 14, 15)).build();
    assertEquals(0x0f0e0d0c, descriptor.activationTable().get(0));
    assertEquals(0xf50a0000, descriptor.activationTable().get(63));
    assertEquals(DescriptorField.WORDS + 64 + 1, descriptor.words());
  }

  @Test
  void refusesValuesOutsideAFieldByName() {
    Descriptor.Builder builder = new Descriptor.Builder("conv7");
    BadInputException e =
        assertThrows(BadInputException.class, () -> builder.set(DescriptorField.KX_DX, 1 << 15));
    assertTrue(e.getMessage().contains("'conv7'"), e.getMessage());
    assertTrue(e.getMessage().contains("kx_dx is 32768"), e.getMessage());
    assertThrows(BadInputException.class, () -> builder.set(DescriptorField.TILE_N, -1));
  }
}
