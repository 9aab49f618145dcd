package lutmac.generator.program;

import java.util.List;
import lutmac.rtl.layout.Base;
import lutmac.rtl.layout.EntryField;
import lutmac.rtl.layout.ImageField;
import lutmac.rtl.layout.Memory;

/**
 * What an accelerator on a bus does for one input, entry by entry, and what it needs for that
 * (docs/hardware.md §10).
 *
 * @param cols M, columns of the array, which say how long words are
 * @param entries in the order in which they are executed
 * @param setup host commands with their data that are executed when the image is loaded, before the
 *     first input; may be empty
 * @param data what entries write from {@link Base#IMAGE}
 * @param inputBytes of the area of an input
 * @param outputBytes of the area of an output
 * @param scratchBytes of the area for what does not stay in the feature maps
 */
public record Script(
    int cols,
    List<ScriptEntry> entries,
    byte[] setup,
    byte[] data,
    long inputBytes,
    long outputBytes,
    long scratchBytes) {
  /**
   * Checks that all that is moved lies within its area.
   *
   * @throws IllegalArgumentException if it does not
   */
  public Script {
    entries = List.copyOf(entries);
    if (setup.length % HostBeats.BYTES != 0) {
      throw new IllegalArgumentException("%d bytes are not whole beats".formatted(setup.length));
    }
    for (ScriptEntry entry : entries) {
      if (entry instanceof ScriptEntry.Write write) {
        long bytes = bytes(write.memory(), write.words(), cols);
        requireWithin(
            write,
            write.byteOffset(),
            bytes,
            switch (write.base()) {
              case INPUT -> inputBytes;
              case IMAGE -> data.length;
              case SCRATCH -> scratchBytes;
              case OUTPUT -> -1;
            });
      } else if (entry instanceof ScriptEntry.Read read) {
        long bytes = bytes(Memory.FEATURE_MAPS, read.words(), cols);
        requireWithin(
            read,
            read.byteOffset(),
            bytes,
            switch (read.base()) {
              case OUTPUT -> outputBytes;
              case SCRATCH -> scratchBytes;
              case INPUT, IMAGE -> -1;
            });
      }
    }
  }

  /** Bytes that words of a memory take in an area, without what follows up to the next entry. */
  public static long bytes(Memory memory, int words, int cols) {
    return (long) words * HostBeats.beatsOf(memory.wordBytes(cols)) * HostBeats.BYTES;
  }

  /** The next offset from this one on that data may begin at. */
  public static long aligned(long offset) {
    return Math.addExact(offset, ImageField.ALIGNMENT_BYTES - 1)
        / ImageField.ALIGNMENT_BYTES
        * ImageField.ALIGNMENT_BYTES;
  }

  private static void requireWithin(ScriptEntry entry, long offset, long bytes, long areaBytes) {
    if (offset % ImageField.ALIGNMENT_BYTES != 0
        || offset < 0
        || offset + bytes > areaBytes
        || bytes / HostBeats.BYTES > EntryField.BEATS.max()
        || offset / ImageField.ALIGNMENT_BYTES > EntryField.PLACE.max()) {
      throw new IllegalArgumentException("%s reaches beyond its area".formatted(entry));
    }
  }
}
