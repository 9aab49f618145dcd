package lutmac.sim.compare;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.util.List;
import lutmac.generator.program.LayerPlacement;
import lutmac.generator.program.PixelGrid;
import lutmac.network.format.FixedFormat;
import lutmac.network.format.LogFormat;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.sim.harness.Job;
import org.junit.jupiter.api.Test;

/** Three blocks of packed lanes with holes, the first one in the second part of its words. */
class LayerLogTest {
  private static final int COLS = 2;
  private static final int BASE = 100;
  private static final int STRIDE = 9;
  private static final int HOLE = LayerPlacement.HOLE;
  private static final List<List<Integer>> BLOCKS =
      List.of(List.of(3, 0), List.of(HOLE, 1), List.of(2, HOLE));

  @Test
  void laneOfAnyWidthIsFoundInItsPart() {
    for (int bits : new int[] {8, 4, 2}) {
      TensorFormat format = new FixedFormat(bits, 0, true);
      int[] golden = {0, 1, -1, -2, 1, 0, -2, -1};
      LayerLog log = log(format, bits, 1 % (8 / bits));
      writeAll(log, format, bits, golden, -1);
      assertEquals(new LayerResult(2, 0, 6, 0), log.compare(golden, 0), bits + " bits");
    }
  }

  @Test
  void logarithmicCodesStandForTheirValues() {
    LogFormat format = new LogFormat(4, 2, 0);
    int[] golden = {0, 0, 0, 0, 0, 0, 0, 0};
    for (int i = 0; i < golden.length; i++) {
      golden[i] = format.decode(2 * i);
    }
    LayerLog log = log(format, 4, 1);
    writeAll(log, format, 4, golden, -1);
    assertEquals(0, log.compare(golden, 0).mismatches());
  }

  @Test
  void wrongCodeIsNamedByItsChannel() {
    TensorFormat format = new FixedFormat(2, 0, false);
    int[] golden = {0, 1, 2, 3, 2, 2, 1, 1};
    LayerLog log = log(format, 2, 1);
    writeAll(log, format, 2, golden, 2);
    assertEquals(2, log.compare(golden, 0).mismatches(), "both pixels of one channel");
    Mismatch first = log.first().orElseThrow();
    assertEquals(new Mismatch(MismatchKind.VALUE, 0, 5, "conv", BASE, 0, 0, 2, 2, 3, 2), first);
  }

  @Test
  void wordReadBackIsComparedPartByPart() {
    TensorFormat format = new FixedFormat(4, 0, false);
    int[] golden = {0, 1, 2, 3, 4, 5, 6, 7};
    LayerLog log = log(format, 4, 1);
    writeAll(log, format, 4, golden, -1);
    // Part 0 of the first words is no part of the output.
    log.readBack(0, new byte[] {0, 0x06, 0, 0x17});
    assertEquals(0, log.compare(golden, 0).mismatches());
    log.readBack(0, new byte[] {0, 0x07, 0, 0x17});
    assertEquals(1, log.compare(golden, 0).mismatches());
    assertEquals(MismatchKind.READ_BACK, log.first().orElseThrow().kind());
  }

  @Test
  void wordsOfEveryBlockOfWordsAreReadBack() {
    OutputMap map = new OutputMap(placement(new FixedFormat(4, 0, false), 4, 1), COLS);
    assertEquals(List.of(new Job.Region(BASE, 2), new Job.Region(BASE + STRIDE, 2)), map.regions());
  }

  /** Writes every slot; the codes of one channel are one larger than they should be. */
  private void writeAll(LayerLog log, TensorFormat format, int bits, int[] golden, int wrong) {
    int parts = 8 / bits;
    for (int block = 0; block < BLOCKS.size(); block++) {
      int at = 1 % parts + block;
      for (int pixel = 0; pixel < 2; pixel++) {
        int word = 0;
        for (int lane = 0; lane < COLS; lane++) {
          int channel = BLOCKS.get(block).get(lane);
          int code = 1;
          if (channel != HOLE) {
            int value = golden[2 * channel + pixel];
            code = format.fold(fixed -> value, log2 -> log2.encode(value), sums -> value);
            code += channel == wrong ? 1 : 0;
          }
          word |= (code & (1 << bits) - 1) << bits * (at % parts * COLS + lane);
        }
        int quarters = (1 << 4 / parts) - 1 << at % parts * (4 / parts);
        byte[] data = {(byte) word, (byte) (word >> 8)};
        log.write(block, BASE + at / parts * STRIDE + pixel, quarters, data);
      }
    }
  }

  private static LayerLog log(TensorFormat format, int bits, int part) {
    return new LayerLog(0, new OutputMap(placement(format, bits, part), COLS), COLS);
  }

  private static LayerPlacement placement(TensorFormat format, int bits, int part) {
    Tensor output = Tensor.zeroPadded("map", new Shape(4, 1, 2), format);
    return new LayerPlacement(
        5,
        "conv",
        output,
        BASE,
        STRIDE,
        false,
        0,
        bits,
        part,
        BLOCKS,
        PixelGrid.whole(output.shape()),
        false);
  }
}
