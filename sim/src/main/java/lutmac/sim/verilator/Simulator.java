package lutmac.sim.verilator;

import java.nio.file.Path;

/**
 * A built simulator, ready to run jobs.
 *
 * @param executable the program; it stays in the cache
 * @param tracing whether it can write waveforms
 * @param buildSeconds time that this call spent on building, 0 when it was in the cache
 */
public record Simulator(Path executable, boolean tracing, double buildSeconds) {
  /** Whether no build was needed. */
  public boolean cached() {
    return buildSeconds == 0;
  }
}
