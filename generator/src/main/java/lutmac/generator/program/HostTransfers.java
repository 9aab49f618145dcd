package lutmac.generator.program;

import java.util.List;
import lutmac.rtl.layout.Memory;

/**
 * What the host moves for one image, once program, weights and parameters are loaded: cycles of its
 * streams, a beat a cycle (docs/hardware.md section 6). Every command has a header beat, every word
 * is padded to whole beats, and the run command is answered with one beat.
 *
 * @param input beats of the stream to the accelerator
 * @param output beats of the stream from it
 */
public record HostTransfers(long input, long output) {
  /** Those of a network. */
  public static HostTransfers of(CompiledNetwork compiled) {
    long beats = HostBeats.beatsOf(Memory.FEATURE_MAPS.wordBytes(compiled.config().cols()));
    long input = 1;
    long output = 1;
    for (InputView view : compiled.inputViews()) {
      input += 1 + beats * view.words();
    }
    for (OutputView view : compiled.outputViews()) {
      for (OutputView.Region region : view.regions()) {
        input++;
        output += beats * region.words();
      }
    }
    return new HostTransfers(input, output);
  }

  /**
   * Cycles in which the core waits for the host, of every image but the first: results are read
   * between two runs, and the next input is written in the layers that do not need it any more, or
   * between two runs where there are none.
   *
   * @param layers the network's, in program order
   */
  public long between(CompiledNetwork compiled, List<LayerCycles> layers) {
    long beside =
        compiled
            .inputFreeAt()
            .map(free -> layers.subList(free, layers.size()))
            .orElse(List.of())
            .stream()
            .mapToLong(LayerCycles::cycles)
            .sum();
    return Math.max(0, input - beside) + output;
  }

  /** Cycles of both, one behind the other. */
  public long cycles() {
    return input + output;
  }
}
