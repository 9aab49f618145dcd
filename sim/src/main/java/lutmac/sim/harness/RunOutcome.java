package lutmac.sim.harness;

import java.util.Optional;

/**
 * How a simulator's run ended.
 *
 * @param cycles simulated, 0 if it failed
 * @param seconds that took, without starting the program
 * @param stalls of the host's streams, none if it failed
 * @param failure why the run ended early: a hang, an assertion of the design that failed (with its
 *     message and its place), or a crash of the simulator
 */
public record RunOutcome(long cycles, double seconds, HostStalls stalls, Optional<String> failure) {
  static RunOutcome failed(String why) {
    return new RunOutcome(0, 0, HostStalls.NONE, Optional.of(why));
  }
}
