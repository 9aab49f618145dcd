package lutmac.testbench.netlist;

/** What became of a mutant. */
enum Fate {
  /** The testbench of the core or of the shell fails. */
  BENCH("bench", true),
  /** A random network fails. */
  NETWORK("network", true),
  /** A proof of the module fails, with a counterexample from reset. */
  PROOF("proof", true),
  /** It is none: proven that the design does the same in every cycle. */
  EQUIVALENT("none", false),
  /** All that is proven of the module still holds for all inputs, and nothing else notices. */
  STILL_PROVEN("proven", false),
  /** Nothing notices it. */
  LEFT("left", false);

  private final String column;
  private final boolean noticed;

  Fate(String column, boolean noticed) {
    this.column = column;
    this.noticed = noticed;
  }

  /** The heading of its column in the table. */
  String column() {
    return column;
  }

  boolean noticed() {
    return noticed;
  }

  /** Whether it counts among the changes that are to be noticed. */
  boolean counts() {
    return this != EQUIVALENT;
  }
}
