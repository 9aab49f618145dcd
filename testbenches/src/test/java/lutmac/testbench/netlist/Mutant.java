package lutmac.testbench.netlist;

/**
 * A change of one bit of one cell of a netlist.
 *
 * @param file where the cell comes from
 * @param line of that file
 * @param mode what becomes of the bit: {@code inv}, {@code const0}, {@code const1}, or one of them
 *     where another bit of the port says so ({@code cnot0}, {@code cnot1})
 * @param change arguments of yosys' {@code mutate}
 */
record Mutant(String file, int line, String mode, String change) {
  /** Which port of which cell is changed: of two mutants of one port a netlist takes neither. */
  String port() {
    return change.replaceAll("-mode \\S+ | -portbit .*", "");
  }

  /** The cell's name. */
  String cell() {
    return change.replaceAll("^.* -cell (\\S+) .*$", "$1");
  }
}
