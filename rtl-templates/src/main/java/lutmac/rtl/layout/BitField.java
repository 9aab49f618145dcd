package lutmac.rtl.layout;

import java.util.Locale;

/** A named run of bits in a word that software writes and hardware reads. */
public interface BitField {
  /** Name of the constant, in capitals. */
  String name();

  /** Place and type. */
  Bits bits();

  /** Position of the least significant bit in the word. */
  default int lsb() {
    return bits().lsb();
  }

  /** Position in the whole, where several words make one. */
  default int position() {
    return lsb();
  }

  /** Width in bits. */
  default int width() {
    return bits().width();
  }

  /** Two's complement, or unsigned. */
  default boolean signed() {
    return bits().signed();
  }

  /** The field's name in Verilog, in docs/hardware.md and in listings. */
  default String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The field's bits of its word in Verilog's notation, {@code [15:0]}. */
  default String range() {
    return width() == 1 ? "[%d]".formatted(lsb()) : "[%d:%d]".formatted(lsb() + width() - 1, lsb());
  }

  /** Smallest value that the field holds. */
  default long min() {
    return signed() ? -(1L << (width() - 1)) : 0;
  }

  /** Largest value that the field holds. */
  default long max() {
    return signed() ? (1L << (width() - 1)) - 1 : mask();
  }

  /** The field's value in a word. */
  default long decode(long word) {
    long value = (word >>> lsb()) & mask();
    return signed() && value > max() ? value - (1L << width()) : value;
  }

  /** The field's bits, in their place, of a value between {@link #min} and {@link #max}. */
  default long encode(long value) {
    return (value & mask()) << lsb();
  }

  private long mask() {
    return (1L << width()) - 1;
  }
}
