package lutmac.sim.harness;

/** The shell's memories, as the host's commands number them (docs/hardware.md §8). */
public enum Memory {
  FEATURE_MAPS(0),
  WEIGHTS(1),
  PARAMETERS(2),
  PROGRAM(3);

  private final int number;

  Memory(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
