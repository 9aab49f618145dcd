package lutmac.testbench;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.HostBeats;
import lutmac.generator.program.MemoryImage;
import lutmac.generator.program.Script;
import lutmac.generator.program.ScriptEntry;
import lutmac.rtl.layout.Base;
import lutmac.rtl.layout.Memory;

/**
 * A script that does for a network what that of its memory image does, in another way: program,
 * weights and parameters come piece by piece with every input, transfers that change nothing go on
 * while the core runs, and what is kept goes through the scratch area and comes back.
 */
final class RandomScript {
  private final CompiledNetwork compiled;
  private final int cols;
  private final Random random;
  private final List<ScriptEntry> entries = new ArrayList<>();
  private final ByteArrayOutputStream data = new ByteArrayOutputStream();
  private long scratchBytes;

  private RandomScript(CompiledNetwork compiled, long seed) {
    this.compiled = compiled;
    this.cols = compiled.config().cols();
    this.random = new Random(seed);
  }

  static MemoryImage of(CompiledNetwork compiled, long seed) {
    MemoryImage plain = MemoryImage.of(compiled);
    Script script = new RandomScript(compiled, seed).script(plain);
    return MemoryImage.of(compiled.config(), script);
  }

  private Script script(MemoryImage plain) {
    load(Memory.PROGRAM, HostBeats.bytes(compiled.program()));
    load(Memory.WEIGHTS, compiled.weights());
    load(Memory.PARAMETERS, compiled.parameters());
    for (MemoryImage.Part part : plain.inputs()) {
      split(
          part.words(),
          (first, words) ->
              entries.add(
                  new ScriptEntry.Write(
                      Memory.FEATURE_MAPS,
                      part.baseAddress() + first,
                      words,
                      Base.INPUT,
                      part.byteOffset() + bytes(Memory.FEATURE_MAPS, first))));
      if (random.nextBoolean()) {
        throughScratch(part.baseAddress(), part.words());
      }
    }
    int free = compiled.wordsInUse(Memory.FEATURE_MAPS);
    int freeWords = compiled.config().depth(Memory.FEATURE_MAPS) - free;
    if (random.nextInt(4) == 0) {
      entries.add(new ScriptEntry.Run(0));
    } else {
      entries.add(new ScriptEntry.Start(0));
      for (int left = random.nextInt(4); left > 0 && freeWords > 1; left--) {
        int words = 1 + random.nextInt(Math.min(freeWords, 60));
        junk(free, words);
        throughScratch(free, words);
      }
      entries.add(new ScriptEntry.Await());
    }
    for (MemoryImage.Part part : plain.outputs()) {
      if (random.nextBoolean()) {
        throughScratch(part.baseAddress(), part.words());
      }
      split(
          part.words(),
          (first, words) ->
              entries.add(
                  new ScriptEntry.Read(
                      part.baseAddress() + first,
                      words,
                      Base.OUTPUT,
                      part.byteOffset() + bytes(Memory.FEATURE_MAPS, first))));
    }
    return new Script(
        cols,
        entries,
        new byte[0],
        data.toByteArray(),
        plain.inputBytes(),
        plain.outputBytes(),
        scratchBytes);
  }

  /** Loads the image of a memory piece by piece. */
  private void load(Memory memory, byte[] image) {
    byte[] padded = HostBeats.padded(image, memory.wordBytes(cols));
    int beatBytes = (int) bytes(memory, 1);
    split(
        padded.length / beatBytes,
        (first, words) -> {
          long offset = append(padded, first * beatBytes, words * beatBytes);
          entries.add(new ScriptEntry.Write(memory, first, words, Base.IMAGE, offset));
        });
  }

  /** Stores words of the feature maps, writes others over them, and brings them back. */
  private void throughScratch(int address, int words) {
    long offset = scratchBytes;
    scratchBytes = Script.aligned(offset + bytes(Memory.FEATURE_MAPS, words));
    split(
        words,
        (first, some) ->
            entries.add(
                new ScriptEntry.Read(
                    address + first,
                    some,
                    Base.SCRATCH,
                    offset + bytes(Memory.FEATURE_MAPS, first))));
    junk(address, words);
    split(
        words,
        (first, some) ->
            entries.add(
                new ScriptEntry.Write(
                    Memory.FEATURE_MAPS,
                    address + first,
                    some,
                    Base.SCRATCH,
                    offset + bytes(Memory.FEATURE_MAPS, first))));
  }

  private void junk(int address, int words) {
    byte[] anything = new byte[(int) bytes(Memory.FEATURE_MAPS, words)];
    random.nextBytes(anything);
    long offset = append(anything, 0, anything.length);
    entries.add(new ScriptEntry.Write(Memory.FEATURE_MAPS, address, words, Base.IMAGE, offset));
  }

  private long append(byte[] bytes, int from, int length) {
    long offset = Script.aligned(data.size());
    data.writeBytes(new byte[(int) (offset - data.size())]);
    data.writeBytes(Arrays.copyOfRange(bytes, from, from + length));
    return offset;
  }

  private interface Piece {
    void take(int first, int words);
  }

  /** All words in one to three pieces, each from a multiple of 16 bytes on. */
  private void split(int words, Piece piece) {
    int first = 0;
    for (int left = random.nextInt(3); left > 0 && words - first > 2; left--) {
      int some = 2 * (1 + random.nextInt((words - first) / 2));
      if (some < words - first) {
        piece.take(first, some);
        first += some;
      }
    }
    piece.take(first, words - first);
  }

  private long bytes(Memory memory, int words) {
    return Script.bytes(memory, words, cols);
  }
}
