package lutmac.generator.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.Optional;
import java.util.Random;
import lutmac.generator.pe.PeStyles;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.network.shape.Shape;
import lutmac.rtl.layout.DescriptorField;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the oracle is worth: a descriptor that breaks a promise does not pass. */
class ProgramInterpreterTest {
  private final QuantizedNetwork network =
      new Networks(new Shape(4, 9, 9), 0)
          .conv("c1", 6, Networks.square(3, 1, 1))
          .conv("c2", 6, Networks.square(3, 2, 1))
          .build();
  private final CompiledNetwork compiled =
      NetworkCompiler.compile(network, ConfigChooser.choose(network, 4, 4, PeStyles.named("csd")));
  private final int[] input = RandomNetworks.input(network, 1);

  @Test
  void keptPromisesPass() {
    assertEquals(Optional.empty(), CompiledExecution.firstDifference(compiled, input));
  }

  @ParameterizedTest
  @CsvSource({
    "W_WORDS, 1, weight words of a block",
    "SEG_N, 1, several segments of a tile",
    "KY_EDGE, 1, words of an edge tile",
    "KY_EDGE, -1, leaves out kernel rows that lie in the map",
    "EDGE_TILE, -1, leaves out kernel rows that lie in the map",
    "SEG_EDGE, 1, segments of an edge tile",
    "W_EDGE, 1, words of an edge tile",
    "TILE_N, 1, tiles do not cover the walk",
    "ROWS_LAST, -1, tiles do not cover the walk",
    "WX_N, 1, 'maxima, or walks like those of maxima'",
    "LANES_LAST, 5, lanes that the word does not have",
    "TAPS_FULL, 8, taps",
    "STRIDE, 4, a run has words that serve no pixel",
    "STRIDE, 7, a run's stride",
    "START_X, -30, a run begins too far left of the map",
    "WALK_PLANES, 1, planes of weights",
    "CODE_PACK, 1, packed weight codes",
    "IN_LANE, 1, packed feature maps",
    "OUT_PART, 1, a part that the word does not have",
    "DEPTHWISE, 1, depthwise layers",
    "IN_LOG, 1, logarithmic maps",
    "W_BASE, 100000, weights beyond the buffer",
    "PAR_BASE, 100000, parameters beyond the buffer",
    "START_ADDR, 100000, reads beyond the buffer",
    "OUT_BASE, 100000, writes beyond the buffer"
  })
  void brokenPromiseIsNamed(DescriptorField field, int added, String message) {
    add(0, field, added);
    assertBreaks("descriptor 0: " + message);
  }

  @Test
  void flippedBitsAreNamed() {
    Random random = new Random(1);
    int[] program = compiled.program();
    for (int trial = 0; trial < 200; trial++) {
      int first = random.nextInt(32 * program.length);
      int second = random.nextInt(32 * program.length);
      program[first / 32] ^= 1 << first % 32;
      if (trial % 2 != 0 && first != second) {
        program[second / 32] ^= 1 << second % 32;
      }
      int[] damaged = program.clone();
      assertTrue(
          assertThrows(
                  AssertionError.class, () -> CompiledExecution.firstDifference(compiled, input))
              .getMessage()
              .contains("check word"),
          Arrays.toString(damaged));
      program[first / 32] ^= 1 << first % 32;
      if (trial % 2 != 0 && first != second) {
        program[second / 32] ^= 1 << second % 32;
      }
    }
  }

  @Test
  void resultInTheInputsPlaceIsNamed() {
    int map = field(0, DescriptorField.OUT_BASE);
    add(1, DescriptorField.OUT_BASE, map - field(1, DescriptorField.OUT_BASE));
    assertBreaks("descriptor 1: reads what it has written itself");
  }

  @Test
  void codesThatDoNotFitTheirLaneAreNamed() {
    add(0, DescriptorField.HI, 1);
    compiled.parameters()[2] ^= 0x40;
    assertBreaks("descriptor 0: a code exceeds its lane");
  }

  @Test
  void sumsWiderThanTheAccumulatorAreNamed() {
    int largest = 16 + 7 | 16 + 5 << 5;
    Arrays.fill(compiled.program(), DescriptorField.WORDS, DescriptorField.WORDS + 16, largest);
    Descriptor.setCheckWords(compiled.program(), 0);
    assertBreaks("a segment sum exceeds the accumulator");
  }

  private int field(int layer, DescriptorField field) {
    int value = compiled.program()[at(layer) + field.word()];
    return (int) field.decode(value);
  }

  private void add(int layer, DescriptorField field, int added) {
    int mask = (int) field.encode(-1);
    int word = at(layer) + field.word();
    long value = field(layer, field) + added;
    compiled.program()[word] = compiled.program()[word] & ~mask | (int) field.encode(value);
    Descriptor.setCheckWords(compiled.program(), at(layer));
  }

  private int at(int layer) {
    int at = 0;
    for (int i = 0; i < layer; i++) {
      at += Descriptor.decode(compiled.program(), at).words();
    }
    return at;
  }

  private void assertBreaks(String message) {
    AssertionError e =
        assertThrows(
            AssertionError.class, () -> CompiledExecution.firstDifference(compiled, input));
    assertTrue(e.getMessage().contains(message), e.getMessage());
  }
}
