package lutmac.rtl.layout;

/**
 * The fields of a layer descriptor (docs/hardware.md §4). A new field is one line here: its place
 * in the hardware's {@code descriptor_t}, its range check and encoding, the listing and the row of
 * the page follow.
 */
public enum DescriptorField implements BitField {
  POOL(0, 0, 1, "bypass the array, maximum only"),
  IN_SIGNED(0, 1, 1, "the input's codes are two's complement"),
  SKIP_EN(0, 2, 1, "add the words of a skip connection"),
  RAW_OUT(0, 3, 1, "return the accumulators, four words a pixel"),
  SUM_PIXELS(0, 4, 1, "one output, the sum over all rows of all tiles"),
  HALF_UP(0, 5, 1, "round half up, else half to even"),
  LAST_LAYER(0, 6, 1, "the program ends with this layer"),
  SKIP_SIGNED(0, 7, 1, "the skip's codes are two's complement"),
  OUT_SIGNED(0, 8, 1, "the output's codes are two's complement, for the maximum"),
  TABLE_N(0, 16, 16, "table entries that follow the last word"),
  PX_N(1, 0, 16, "positions of walk level px"),
  PY_N(1, 16, 16, "positions of walk level py"),
  WX_N(2, 0, 16, "positions of walk level wx"),
  WY_N(2, 16, 16, "positions of walk level wy"),
  PX_ADDR(3, true, "address delta of walk level px"),
  PY_ADDR(4, true, "address delta of walk level py"),
  WX_ADDR(5, true, "address delta of walk level wx"),
  WY_ADDR(6, true, "address delta of walk level wy"),
  PX_DX(7, 0, 16, true, "x delta of walk level px"),
  PX_DY(7, 16, 16, true, "y delta of walk level px"),
  PY_DX(8, 0, 16, true, "x delta of walk level py"),
  PY_DY(8, 16, 16, true, "y delta of walk level py"),
  WX_DX(9, 0, 16, true, "x delta of walk level wx"),
  WX_DY(9, 16, 16, true, "y delta of walk level wx"),
  WY_DX(10, 0, 16, true, "x delta of walk level wy"),
  WY_DY(10, 16, 16, true, "y delta of walk level wy"),
  START_ADDR(11, true, "address of walk position 0 at tap 0"),
  START_X(12, 0, 16, true, "x of walk position 0 at tap 0, negative under padding"),
  START_Y(12, 16, 16, true, "y of walk position 0 at tap 0, negative under padding"),
  IN_W(13, 0, 16, true, "width of the input; signed, as the x that it bounds"),
  IN_H(13, 16, 16, true, "height of the input; signed, as the y that it bounds"),
  CB_N(14, 0, 16, "input blocks"),
  KX_N(14, 16, 8, "kernel columns"),
  KY_N(14, 24, 8, "kernel rows"),
  CB_ADDR(15, true, "address delta of tap level cb"),
  KX_ADDR(16, true, "address delta of tap level kx"),
  KY_ADDR(17, true, "address delta of tap level ky"),
  KX_DX(18, 0, 16, true, "x delta of tap level kx"),
  KX_DY(18, 16, 16, true, "y delta of tap level kx"),
  KY_DX(19, 0, 16, true, "x delta of tap level ky"),
  KY_DY(19, 16, 16, true, "y delta of tap level ky"),
  LANES_FULL(20, 0, 8, "steps of a phase"),
  LANES_LAST(20, 8, 8, "steps of a phase of the last cb, also where it is the only one"),
  SEG_PHASES(20, 16, 16, "phases of a segment; a tile's last may be shorter"),
  OB_N(21, 0, 16, "blocks of output channels"),
  TILE_N(21, 16, 16, "tiles of a block"),
  W_BASE(22, false, "address of the first weight word"),
  STEPS(23, false, "steps of a tile, R"),
  PAR_BASE(24, false, "address of the first parameter word"),
  WINDOW_N(25, 0, 16, "rows per written word; 1 without pooling, also under raw_out"),
  ROWS_LAST(25, 16, 8, "valid rows of the last tile, 1 to P"),
  OUT_BASE(26, false, "address of the first output word"),
  OUT_STRIDE(27, false, "output words of a block"),
  SKIP_BASE(28, false, "address of the first skip word"),
  SKIP_STRIDE(29, false, "skip words of a block; the walk's n-th row reads word n"),
  LO(30, 0, 16, true, "smallest output code"),
  HI(30, 16, 16, true, "largest output code"),
  SEG_N(31, 0, 16, "segments of a tile");

  /** Words of a descriptor in front of its table. */
  public static final int WORDS = 32;

  /** Bits of a word. */
  public static final int WORD_BITS = 32;

  private final int word;
  private final Bits bits;

  DescriptorField(int word, int lsb, int width, String meaning) {
    this(word, lsb, width, false, meaning);
  }

  DescriptorField(int word, boolean signed, String meaning) {
    this(word, 0, WORD_BITS, signed, meaning);
  }

  DescriptorField(int word, int lsb, int width, boolean signed, String meaning) {
    this.word = word;
    this.bits = new Bits(lsb, width, signed, meaning);
  }

  /** Index of the 32-bit word that holds the field. */
  public int word() {
    return word;
  }

  /** Position in the descriptor, whose word 0 is in its lowest bits. */
  @Override
  public int position() {
    return WORD_BITS * word + lsb();
  }

  /** Place in that word. */
  @Override
  public Bits bits() {
    return bits;
  }
}
