package lutmac.quant.hardware;

/**
 * Bytes that a network takes in an accelerator's memories: lanes of 2, 4 and 8 bits, whole words,
 * holes included.
 *
 * @param weights codes
 * @param parameters biases, shifts and alignments
 * @param program descriptors and tables
 * @param featureMaps from the first word to the last one that is ever in use
 */
public record StoredMemory(long weights, long parameters, long program, long featureMaps) {
  /** All together. */
  public long total() {
    return weights + parameters + program + featureMaps;
  }
}
