package lutmac.sim;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lutmac.generator.program.CompiledNetwork;
import lutmac.sim.compare.ImageComparison;
import lutmac.sim.compare.ImageResult;
import lutmac.sim.harness.HarnessProcess;
import lutmac.sim.harness.Job;
import lutmac.sim.harness.RunListener;
import lutmac.sim.harness.RunOutcome;
import lutmac.sim.reference.Reference;
import lutmac.sim.verilator.Simulator;

/**
 * What one simulator process did.
 *
 * @param results of its images in order; if it failed, the last one is the image that was cut short
 */
record ShareRun(RunOutcome outcome, List<ImageResult> results) {

  /** Runs a share of the images and compares them as they come. */
  static ShareRun run(
      Simulator simulator,
      Job job,
      Optional<Path> traceFile,
      CompiledNetwork compiled,
      ImageShare share,
      Reference reference,
      ImageCounter counter)
      throws IOException, InterruptedException {
    Comparator comparator = new Comparator(compiled, share, reference, counter);
    RunOutcome outcome = HarnessProcess.run(simulator, job, traceFile, comparator);
    return new ShareRun(outcome, comparator.results());
  }

  private static final class Comparator implements RunListener {
    private final CompiledNetwork compiled;
    private final ImageShare share;
    private final Reference reference;
    private final ImageCounter counter;
    private final List<ImageResult> results = new ArrayList<>();
    private Optional<ImageComparison> current = Optional.empty();

    Comparator(
        CompiledNetwork compiled, ImageShare share, Reference reference, ImageCounter counter) {
      this.compiled = compiled;
      this.share = share;
      this.reference = reference;
      this.counter = counter;
    }

    @Override
    public void image(int image) {
      current =
          Optional.of(
              new ImageComparison(
                  compiled,
                  share.first() + image,
                  reference.maps(share.first() + image, share.images().get(image))));
    }

    @Override
    public void write(int layer, long cycle, int address, int strobes, byte[] word) {
      current.orElseThrow().write(layer, cycle, address, strobes, word);
    }

    @Override
    public void readBack(int region, byte[] words) {
      current.orElseThrow().readBack(region, words);
    }

    @Override
    public void done(long cycles, long shellCycles, long busCycles, long[] steps) {
      ImageComparison comparison = current.orElseThrow();
      ImageResult result = comparison.done(cycles, shellCycles, busCycles, steps);
      results.add(result);
      current = Optional.empty();
      counter.imageDone(result.image(), comparison.outputs());
    }

    List<ImageResult> results() {
      current.ifPresent(cutShort -> results.add(cutShort.abandoned()));
      current = Optional.empty();
      return results;
    }
  }
}
