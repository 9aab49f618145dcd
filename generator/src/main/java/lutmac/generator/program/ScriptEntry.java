package lutmac.generator.program;

import lutmac.rtl.layout.Base;
import lutmac.rtl.layout.Memory;

/** What an accelerator on a bus does in one step of a {@link Script} (docs/hardware.md §10). */
public sealed interface ScriptEntry {
  /**
   * Fills words of a memory with data of an area: words padded to whole beats.
   *
   * @param address of the first word in the memory
   * @param base the area
   * @param byteOffset of the data within it, a multiple of 16; {@link Base#IMAGE}: within the
   *     script's data
   */
  record Write(Memory memory, int address, int words, Base base, long byteOffset)
      implements ScriptEntry {}

  /**
   * Stores words of the feature maps, padded to whole beats, in an area.
   *
   * @param address of the first word in the feature maps
   * @param base the area, {@link Base#OUTPUT} or {@link Base#SCRATCH}
   * @param byteOffset of the data within it, a multiple of 16
   */
  record Read(int address, int words, Base base, long byteOffset) implements ScriptEntry {}

  /**
   * Starts the core; what follows goes on while it runs.
   *
   * @param programAddress where its program begins
   */
  record Start(int programAddress) implements ScriptEntry {}

  /** Goes on when the run that was started is over. */
  record Await() implements ScriptEntry {}

  /**
   * Runs the core to its end.
   *
   * @param programAddress where its program begins
   */
  record Run(int programAddress) implements ScriptEntry {}
}
