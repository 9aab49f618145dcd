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
  DEPTHWISE(0, 9, 1, "every column takes the lane of its own"),
  CONTIGUOUS(
      0, 10, 1, "a run's words lie side by side and serve several taps, else one word a row"),
  SEG_PLANE(0, 11, 1, "a segment ends with its plane"),
  IN_LOG(0, 12, 1, "the input's codes are logarithmic"),
  SKIP_LOG(0, 13, 1, "the skip's codes are logarithmic"),
  OUT_LOG(0, 14, 1, "the output's codes are logarithmic"),
  ACTIVATION_TABLE(0, 15, 1, "an activation table follows the array's table"),
  TABLE_N(0, 16, 16, "table entries that follow the last word"),
  PX_N(1, 0, 16, "positions of walk level px"),
  PY_N(1, 16, 16, "positions of walk level py"),
  WX_N(2, 0, 16, "positions of walk level wx"),
  WY_N(2, 16, 16, "positions of walk level wy"),
  STRIDE(3, 0, 4, "address and x delta of walk level px"),
  TAPS_FULL(3, 4, 4, "kernel columns of a phase, 1 to Taps"),
  TAPS_LAST(3, 8, 4, "kernel columns of a phase of the last chunk, also where it is the only one"),
  WALK_PLANES(3, 12, 2, "planes that the walk repeats the taps for, less 1"),
  PHASE_PLANES(3, 14, 2, "planes that a phase repeats its steps for, less 1"),
  IN_LANE(3, 16, 2, "lanes of the input: 8 >> in_lane bits"),
  SKIP_LANE(3, 18, 2, "lanes of the skip: 8 >> skip_lane bits"),
  OUT_LANE(3, 20, 2, "lanes of the output: 8 >> out_lane bits"),
  IN_PART(3, 22, 2, "part of the input's words that block 0 reads; pool and depthwise"),
  SKIP_PART(3, 24, 2, "part of the skip's words that block 0 reads"),
  OUT_PART(3, 26, 2, "part of the output's words that block 0 writes"),
  CODE_PACK(3, 28, 2, "weight codes have 4 >> code_pack bits, 2^code_pack steps a word"),
  PY_ADDR(4, true, "address delta of walk level py, from row start to row start"),
  WX_ADDR(5, true, "address delta of walk level wx, from row start to row start"),
  WY_ADDR(6, true, "address delta of walk level wy, from row start to row start"),
  KY_N(7, 0, 16, "kernel rows"),
  IN_LOG_STEP(7, 16, 2, "k of the input's logarithmic codes"),
  SKIP_LOG_STEP(7, 18, 2, "k of the skip's logarithmic codes"),
  OUT_LOG_STEP(7, 20, 2, "k of the output's logarithmic codes"),
  OUT_LOG_BITS(7, 22, 3, "bits of the output's logarithmic codes"),
  SEG_EDGE(7, 25, 7, "segments of an edge tile"),
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
  KX_N(14, 16, 16, "chunks of kernel columns"),
  CB_ADDR(15, true, "address delta of tap level cb"),
  KX_ADDR(16, true, "address delta of tap level kx"),
  KY_ADDR(17, true, "address delta of tap level ky"),
  KX_DX(18, 0, 16, true, "x delta of tap level kx"),
  WINDOW_N(18, 16, 16, "rows per written word; 1 without pooling, also under raw_out"),
  KY_DX(19, 0, 16, true, "x delta of tap level ky"),
  KY_DY(19, 16, 16, true, "y delta of tap level ky"),
  LANES_FULL(20, 0, 16, "steps of a tap in one plane; 1 in depthwise"),
  LANES_LAST(20, 16, 16, "steps of a tap of the last cb, also where it is the only one"),
  OB_N(21, 0, 16, "blocks of output channels"),
  TILE_N(21, 16, 16, "tiles of a block"),
  W_BASE(22, 0, 24, "address of the first weight word"),
  OUT_STEP(
      22,
      24,
      8,
      "address delta from pixel to pixel in rows of px_n pixels that lie apart; 0: the words of a"
          + " block lie side by side"),
  W_WORDS(23, 0, 24, "weight words of a block"),
  KY_EDGE(23, 24, 8, "kernel rows of an edge tile"),
  PAR_BASE(24, 0, 24, "address of the first parameter word"),
  ROWS_LAST(24, 24, 8, "valid rows of the last tile, 1 to P"),
  OB_ADDR(
      25, true, "address delta of an output block's input; pool, depthwise: when its part wraps"),
  OUT_BASE(26, false, "address of the first output word"),
  OUT_STRIDE(27, false, "output words of a block of words"),
  SKIP_BASE(28, false, "address of the first skip word"),
  SKIP_STRIDE(
      29,
      false,
      "skip words of a block of words; the walk's n-th row reads word n; with out_step: address"
          + " delta from a row's last pixel to the next row's first"),
  LO(30, 0, 16, true, "smallest output integer, before it is encoded"),
  HI(30, 16, 16, true, "largest output integer, before it is encoded"),
  SEG_N(31, 0, 16, "segments of a tile"),
  SEG_TAPS(31, 16, 16, "taps of a segment; the last of a plane or tile may be shorter"),
  EDGE_TILE(32, 0, 16, "first of the edge tiles, counted from 1; 0 where there are none"),
  W_EDGE(32, 16, 16, "weight words of an edge tile, the first ones of the block"),
  CHECK(33, false, "check word of the words before it");

  /** Words of a descriptor in front of its table. */
  public static final int WORDS = 34;

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
