package lutmac.generator.design;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.InputView;
import lutmac.generator.program.OutputView;
import lutmac.generator.program.OutputView.Region;
import lutmac.network.format.TensorFormat;
import lutmac.rtl.layout.Memory;

/**
 * A sample image as words of the feature maps: what the host writes, and what it reads when the
 * program has ended.
 */
final class SampleWords {
  /** File of the words to write. */
  static final String INPUT = "input.hex";

  /** File of the words to read. */
  static final String EXPECTED = "expected.hex";

  /** File of the bits of these that count: the others may be anything. */
  static final String MASK = "expected_mask.hex";

  private final CompiledNetwork compiled;
  private final SampleImage image;
  private final int wordBytes;
  private final SortedMap<Integer, byte[]> expected = new TreeMap<>();
  private final SortedMap<Integer, byte[]> mask = new TreeMap<>();

  SampleWords(CompiledNetwork compiled, SampleImage image) {
    this.compiled = compiled;
    this.image = image;
    this.wordBytes = Memory.FEATURE_MAPS.wordBytes(compiled.config().cols());
    for (OutputView view : compiled.outputViews()) {
      for (Region region : view.regions()) {
        for (int word = 0; word < region.words(); word++) {
          expected.putIfAbsent(region.baseAddress() + word, new byte[wordBytes]);
          mask.putIfAbsent(region.baseAddress() + word, new byte[wordBytes]);
        }
      }
      view.store(stored(view), this::store);
    }
  }

  /** What the lanes of an output hold. */
  private int[] stored(OutputView view) {
    int[] codes = image.maps().get(view.tensor().name()).clone();
    TensorFormat format = view.tensor().format();
    for (int at = 0; at < codes.length; at++) {
      int integer = codes[at];
      codes[at] = format.fold(fixed -> integer, log -> log.encode(integer), accumulator -> integer);
    }
    return codes;
  }

  private void store(int address, int bit, int width, int value) {
    int ones = (1 << width) - 1;
    expected.get(address)[bit / Byte.SIZE] |= (byte) ((value & ones) << bit % Byte.SIZE);
    mask.get(address)[bit / Byte.SIZE] |= (byte) (ones << bit % Byte.SIZE);
  }

  /** The words that the outputs lie in, by rising address. */
  List<Region> regions() {
    List<Region> regions = new ArrayList<>();
    for (int address : expected.keySet()) {
      Region last = regions.isEmpty() ? null : regions.get(regions.size() - 1);
      if (last != null && last.baseAddress() + last.words() == address) {
        regions.set(regions.size() - 1, new Region(last.baseAddress(), last.words() + 1));
      } else {
        regions.add(new Region(address, 1));
      }
    }
    return regions;
  }

  /** The three files by name. */
  Map<String, String> files() {
    MemoryHex hex = MemoryHex.of(Memory.FEATURE_MAPS, compiled.config().cols());
    StringBuilder input = new StringBuilder();
    for (InputView view : compiled.inputViews()) {
      input.append(hex.text(view.baseAddress(), view.arrange(image.codes())));
    }
    return Map.of(INPUT, input.toString(), EXPECTED, text(hex, expected), MASK, text(hex, mask));
  }

  private String text(MemoryHex hex, SortedMap<Integer, byte[]> words) {
    StringBuilder text = new StringBuilder();
    for (Region region : regions()) {
      byte[] bytes = new byte[region.words() * wordBytes];
      for (int word = 0; word < region.words(); word++) {
        System.arraycopy(
            words.get(region.baseAddress() + word), 0, bytes, word * wordBytes, wordBytes);
      }
      text.append(hex.text(region.baseAddress(), bytes));
    }
    return text.toString();
  }
}
