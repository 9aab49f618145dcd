package lutmac.testbench.fuzz;

import java.util.List;

/**
 * What came of the damaged files of a target.
 *
 * @param refused how many of them the reader refused; it read the others
 * @param lastRefusal its last message
 */
record FuzzReport(
    String target,
    long inputs,
    long refused,
    String lastRefusal,
    double seconds,
    List<Fault> faults) {
  /**
   * What must not happen.
   *
   * @param what the exception with its place, a time, or an amount of memory
   * @param seed makes the file again
   */
  record Fault(String what, long seed, byte[] file) {}
}
