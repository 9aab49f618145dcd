package lutmac.sim;

import lutmac.generator.config.Bus;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.CycleModel;
import lutmac.generator.program.HostTransfers;
import lutmac.generator.program.LayerCycles;
import lutmac.generator.program.NetworkCompiler;

/**
 * Cycles after which an image has come to no end and never will: several times what the cycle model
 * predicts for it, and more where the host or the memory lets the hardware wait. It is to end what
 * works for ever, not to judge how fast a design is.
 */
final class CycleLimit {
  private static final int TIMES_PREDICTED = 4;

  /** What small networks take for all that is counted nowhere. */
  private static final long MARGIN = 100_000;

  private CycleLimit() {}

  /** The limit for an image of a network. */
  static long of(CompiledNetwork compiled, SimulationOptions options) {
    if (options.cycleLimit().isPresent()) {
      return options.cycleLimit().getAsLong();
    }
    // Not of the program as it is: whoever edits one may well make it work for ever.
    CompiledNetwork fresh = NetworkCompiler.compile(compiled.network(), compiled.config());
    long work = CycleModel.predict(fresh).stream().mapToLong(LayerCycles::cycles).sum();
    // A memory moves no less than a byte in a cycle.
    long moved =
        HostTransfers.of(compiled).cycles()
            + compiled.schedule().map(schedule -> schedule.traffic().total()).orElse(0L);
    // Its first image has a design on a bus load the program and all weights, too.
    long loaded = options.disturbance().isPresent() || onBus(compiled) ? setup(compiled) : 0;
    long waits = onBus(compiled) ? options.memory().latency() : 1;
    long pausing = 1000L / (1000 - options.pauses());
    return TIMES_PREDICTED * (work + (moved + loaded) * waits) * (1 + pausing) + MARGIN;
  }

  private static boolean onBus(CompiledNetwork compiled) {
    return compiled.config().bus() instanceof Bus.Axi;
  }

  /** Bytes of what is loaded once: no memory moves less than one in a cycle. */
  private static long setup(CompiledNetwork compiled) {
    return (long) compiled.program().length * Integer.BYTES * Long.BYTES
        + compiled.weights().length
        + compiled.parameters().length;
  }
}
