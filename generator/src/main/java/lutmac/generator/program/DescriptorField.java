package lutmac.generator.program;

import java.util.Locale;

/**
 * The fields of a layer descriptor: the table of docs/hardware.md §4 as data. Encoding, decoding
 * and the listing all follow it.
 */
public enum DescriptorField {
  POOL(0, 0, 1),
  IN_SIGNED(0, 1, 1),
  SKIP_EN(0, 2, 1),
  RAW_OUT(0, 3, 1),
  SUM_PIXELS(0, 4, 1),
  HALF_UP(0, 5, 1),
  LAST_LAYER(0, 6, 1),
  SKIP_SIGNED(0, 7, 1),
  OUT_SIGNED(0, 8, 1),
  TABLE_N(0, 16, 16),
  PX_N(1, 0, 16),
  PY_N(1, 16, 16),
  WX_N(2, 0, 16),
  WY_N(2, 16, 16),
  PX_ADDR(3, true),
  PY_ADDR(4, true),
  WX_ADDR(5, true),
  WY_ADDR(6, true),
  PX_DX(7, 0, 16, true),
  PX_DY(7, 16, 16, true),
  PY_DX(8, 0, 16, true),
  PY_DY(8, 16, 16, true),
  WX_DX(9, 0, 16, true),
  WX_DY(9, 16, 16, true),
  WY_DX(10, 0, 16, true),
  WY_DY(10, 16, 16, true),
  START_ADDR(11, true),
  START_X(12, 0, 16, true),
  START_Y(12, 16, 16, true),
  // Signed, because they are compared with signed coordinates.
  IN_W(13, 0, 16, true),
  IN_H(13, 16, 16, true),
  CB_N(14, 0, 16),
  KX_N(14, 16, 8),
  KY_N(14, 24, 8),
  CB_ADDR(15, true),
  KX_ADDR(16, true),
  KY_ADDR(17, true),
  KX_DX(18, 0, 16, true),
  KX_DY(18, 16, 16, true),
  KY_DX(19, 0, 16, true),
  KY_DY(19, 16, 16, true),
  LANES_FULL(20, 0, 8),
  LANES_LAST(20, 8, 8),
  SEG_PHASES(20, 16, 16),
  OB_N(21, 0, 16),
  TILE_N(21, 16, 16),
  W_BASE(22, false),
  STEPS(23, false),
  PAR_BASE(24, false),
  WINDOW_N(25, 0, 16),
  ROWS_LAST(25, 16, 8),
  OUT_BASE(26, false),
  OUT_STRIDE(27, false),
  SKIP_BASE(28, false),
  SKIP_STRIDE(29, false),
  LO(30, 0, 16, true),
  HI(30, 16, 16, true),
  SEG_N(31, 0, 16);

  /** Words of a descriptor in front of its table. */
  public static final int WORDS = 32;

  private final int word;
  private final int lsb;
  private final int width;
  private final boolean signed;

  DescriptorField(int word, int lsb, int width) {
    this(word, lsb, width, false);
  }

  DescriptorField(int word, boolean signed) {
    this(word, 0, 32, signed);
  }

  DescriptorField(int word, int lsb, int width, boolean signed) {
    this.word = word;
    this.lsb = lsb;
    this.width = width;
    this.signed = signed;
  }

  /** Index of the 32-bit word that holds the field. */
  public int word() {
    return word;
  }

  /** Position of the field's least significant bit in its word. */
  public int lsb() {
    return lsb;
  }

  /** Width in bits. */
  public int width() {
    return width;
  }

  /** Two's complement, or unsigned. */
  public boolean signed() {
    return signed;
  }

  /** Smallest value that the field holds. */
  public long min() {
    return signed ? -(1L << (width - 1)) : 0;
  }

  /** Largest value that the field holds. */
  public long max() {
    return signed ? (1L << (width - 1)) - 1 : (1L << width) - 1;
  }

  /** The field's name in docs/hardware.md and in listings. */
  public String label() {
    return name().toLowerCase(Locale.ROOT);
  }

  long decode(int word32) {
    long bits = (Integer.toUnsignedLong(word32) >>> lsb) & ((1L << width) - 1);
    return signed && bits > max() ? bits - (1L << width) : bits;
  }

  int encode(long value) {
    return (int) ((value & ((1L << width) - 1)) << lsb);
  }
}
