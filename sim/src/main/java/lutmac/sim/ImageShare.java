package lutmac.sim;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Bus;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.InputView;
import lutmac.generator.program.MemoryImage;
import lutmac.generator.program.Schedule;
import lutmac.rtl.layout.Memory;
import lutmac.sim.compare.ImageComparison;
import lutmac.sim.harness.HostWrite;
import lutmac.sim.harness.Job;

/**
 * The images that one simulator process runs.
 *
 * @param first number of the first one
 * @param images input codes of each
 */
record ImageShare(int first, List<int[]> images) {
  /** Consecutive shares of nearly equal size, at most {@code count}. */
  static List<ImageShare> split(List<int[]> images, int count) {
    int shares = Math.min(count, images.size());
    List<ImageShare> result = new ArrayList<>();
    for (int i = 0; i < shares; i++) {
      int begin = (int) ((long) images.size() * i / shares);
      int end = (int) ((long) images.size() * (i + 1) / shares);
      result.add(new ImageShare(begin, images.subList(begin, end)));
    }
    return result;
  }

  boolean contains(int image) {
    return image >= first && image < first + images.size();
  }

  /** The images up to and including one, given by its position in this share. */
  ImageShare upTo(int position) {
    return new ImageShare(first, images.subList(0, position + 1));
  }

  /** What the harness has to do for these images. */
  Job job(CompiledNetwork compiled, SimulationOptions options, Optional<Job.TraceWindow> trace) {
    AcceleratorConfig config = compiled.config();
    boolean onBus = config.bus() instanceof Bus.Axi;
    List<HostWrite> setup = onBus ? List.of() : setup(compiled);
    List<List<HostWrite>> perImage =
        new AbstractList<>() {
          @Override
          public List<HostWrite> get(int index) {
            List<HostWrite> writes = new ArrayList<>();
            // A disturbance may have written anything.
            options.disturbance().ifPresent(disturbed -> writes.addAll(setup));
            writes.addAll(views(compiled, images.get(index)));
            return writes;
          }

          @Override
          public int size() {
            return images.size();
          }
        };
    return new Job(
        config.cols(),
        options.pauses(),
        options.seed(),
        options.watchdogCycles(),
        options.cycleLimit().orElseThrow(),
        options.plusArguments(),
        trace,
        0,
        compiled.schedule().map(Schedule::runs).orElse(List.of()),
        options.disturbance().isPresent() || onBus ? Optional.empty() : compiled.inputFreeAt(),
        onBus
            ? Optional.of(
                new Job.BusMemory(
                    options.memory(),
                    options.image().orElseGet(() -> MemoryImage.of(compiled)).bytes()))
            : Optional.empty(),
        setup,
        ImageComparison.resultRegions(compiled),
        disturbances(options),
        perImage);
  }

  private List<List<Job.StrayBeat>> disturbances(SimulationOptions options) {
    return options
        .disturbance()
        .map(beats -> IntStream.range(first, first + images.size()).mapToObj(beats).toList())
        .orElse(List.of());
  }

  private static List<HostWrite> setup(CompiledNetwork compiled) {
    int cols = compiled.config().cols();
    return List.of(
        HostWrite.ofProgram(compiled.program()),
        HostWrite.of(Memory.WEIGHTS, 0, compiled.weights(), Memory.WEIGHTS.wordBytes(cols)),
        HostWrite.of(
            Memory.PARAMETERS, 0, compiled.parameters(), Memory.PARAMETERS.wordBytes(cols)));
  }

  private static List<HostWrite> views(CompiledNetwork compiled, int[] codes) {
    List<HostWrite> writes = new ArrayList<>();
    for (InputView view : compiled.inputViews()) {
      writes.add(
          HostWrite.of(
              Memory.FEATURE_MAPS,
              view.baseAddress(),
              view.arrange(codes),
              compiled.config().cols()));
    }
    return writes;
  }
}
