package lutmac.generator.program;

import static lutmac.rtl.layout.DescriptorField.*;

import java.util.Optional;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Features;
import lutmac.generator.program.PhaseWalk.Tile;

/** When the output unit takes the array's rows, reads their skips and writes them. */
final class OutputClock {
  /** From the launch to the first request of a skip. */
  private static final int WALK_STARTS = 2;

  /** From the cycle in which a row's last part enters the output unit to the row's write. */
  private static final int TO_WRITTEN = 5;

  /** From a block's last row to the first of the next one, whose parameters come in between. */
  private static final int NEXT_BLOCK = 2;

  /** Stages of the logarithmic encoder. */
  private static final int ENCODER_STAGES = 2;

  private final Descriptor layer;
  private final int rows;
  private final boolean decodes;
  private final int parts;
  private final WordClock words;

  /**
   * A row that is written.
   *
   * @param left when it was taken
   */
  private record Row(long left, Tile tile, int row) {}

  private Optional<Row> taken = Optional.empty();
  private long left = 0;
  private long blockBegins = 0;
  private long entered = 0;
  private long written = 0;
  private final long[] skipTaken = new long[WordClock.CREDITS];
  private long skipAsked = 0;
  private long skipValueTaken = 0;
  private int skips = 0;

  /**
   * @param words whose requests come before those of skips
   */
  OutputClock(Descriptor layer, AcceleratorConfig config, WordClock words) {
    Features features = config.features();
    this.layer = layer;
    this.rows = config.rows();
    this.decodes = features.packedMaps() || features.logBits() > 0;
    this.parts = features.output().rate() * (layer.is(RAW_OUT) ? ArrayLowering.RAW_WORDS : 1);
    this.words = words;
  }

  /** When the last row was taken. */
  long left() {
    return left;
  }

  /** When the last word was written. */
  long written() {
    settle();
    return written;
  }

  /**
   * When a row is taken.
   *
   * @param tile its tile
   * @param complete whether the rows of its segment complete sums
   * @param row of the array
   * @param earliest cycle from which it is there
   */
  long take(Tile tile, boolean complete, int row, long earliest) {
    int valid = tile.rows();
    boolean writes = complete && (layer.is(SUM_PIXELS) ? row == valid - 1 : row < valid);
    left = Math.max(Math.max(earliest, left + 1), blockBegins);
    if (writes) {
      // The sums before have left the register that takes these.
      settle();
      left = Math.max(left, entered);
      taken = Optional.of(new Row(left, tile, row));
    }
    if (complete && tile.last() && row == rows - 1) {
      blockBegins = left + NEXT_BLOCK;
    }
    return left;
  }

  /**
   * The last row that was taken is written. What is asked for until the next one is taken comes
   * before its skip.
   */
  private void settle() {
    taken.ifPresent(this::write);
    taken = Optional.empty();
  }

  private void write(Row row) {
    long from = row.left() + 1;
    long first = layer.is(SKIP_EN) ? skip(from, row.tile(), row.row()) : from;
    entered = first + parts - 1;
    written = entered + TO_WRITTEN + encodes() + layer.getInt(ACTIVATION_TABLE);
  }

  private int encodes() {
    return layer.is(OUT_LOG) ? ENCODER_STAGES : 0;
  }

  /** When the first part of a row's skip is taken that is wanted from a cycle on; others follow. */
  private long skip(long wanted, Tile tile, int row) {
    int block = (layer.getInt(SKIP_PART) + tile.ob()) / (1 << layer.getInt(SKIP_LANE));
    int pixel = layer.is(SUM_PIXELS) ? 0 : tile.firstRow() + row;
    int address = layer.getInt(SKIP_BASE) + block * layer.getInt(SKIP_STRIDE) + pixel;
    int slot = skips++ % WordClock.CREDITS;
    long request = Math.max(Math.max(skipAsked + 1, WALK_STARTS), skipTaken[slot] + 1);
    skipAsked = words.free(address, request);
    if (!decodes) {
      long at = Math.max(wanted, skipAsked + WordClock.READ_LATENCY);
      skipTaken[slot] = at + parts - 1;
      return at;
    }
    // A register between: a part is decoded when the one before it is taken.
    long decoded = Math.max(skipAsked + WordClock.READ_LATENCY, skipValueTaken);
    long at = Math.max(wanted, decoded + 1);
    skipTaken[slot] = parts == 1 ? decoded : at + parts - 2;
    skipValueTaken = at + parts - 1;
    return at;
  }
}
