package lutmac.rtl.layout;

import java.util.Locale;

/**
 * The accelerator's memories (docs/hardware.md §2), in the order in which {@link
 * HostHeaderField#MEMORY} numbers them. A word holds an element for each of the M columns, or, in
 * the program, a single one.
 */
public enum Memory {
  /** Lanes, one activation code each. */
  FEATURE_MAPS("lane", 8),
  /** Weight codes. */
  WEIGHTS("code", 4),
  /** {@link ParameterField}s of an output channel. */
  PARAMETERS("parameter", ParameterField.BITS),
  /** Words of descriptors and tables. */
  PROGRAM("word", DescriptorField.WORD_BITS);

  /** Most words of a memory: as many as a host command can address. */
  public static final int MAX_WORDS = 1 << HostHeaderField.ADDRESS.width();

  private final String element;
  private final int elementBits;

  Memory(String element, int elementBits) {
    this.element = element;
    this.elementBits = elementBits;
  }

  /** The number in host commands. */
  public int number() {
    return ordinal();
  }

  /** Bits of one element. */
  public int elementBits() {
    return elementBits;
  }

  /**
   * Bits of a word.
   *
   * @param cols M, columns of the array
   */
  public int wordBits(int cols) {
    return this == PROGRAM ? elementBits : elementBits * cols;
  }

  /** Bytes that a word takes in an image: whole ones, the last one padded. */
  public int wordBytes(int cols) {
    return (wordBits(cols) + Byte.SIZE - 1) / Byte.SIZE;
  }

  /** The name in docs/hardware.md. */
  public String label() {
    return name().toLowerCase(Locale.ROOT).replace('_', ' ');
  }

  /** The memory's name in a constant's. */
  public String constant() {
    return CamelCase.of(label());
  }

  /** The element's name in a constant's. */
  public String elementConstant() {
    return CamelCase.of(element);
  }
}
