package lutmac.tune.student;

/**
 * How many fraction bits the formats around a layer have gained since training started.
 *
 * @param input of the feature map that it reads
 * @param output of the one that it makes
 * @param skip of the one that it adds; 0 if there is none
 */
record ScaleMoves(int input, int output, int skip) {
  /** The formats that training started with. */
  static final ScaleMoves NONE = new ScaleMoves(0, 0, 0);
}
