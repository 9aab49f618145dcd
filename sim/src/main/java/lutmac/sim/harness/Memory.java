package lutmac.sim.harness;

/** The shell's memories, as the host's commands number them (docs/hardware.md §8). */
public enum Memory {
  FEATURE_MAPS,
  WEIGHTS,
  PARAMETERS,
  PROGRAM;

  int number() {
    return ordinal();
  }
}
