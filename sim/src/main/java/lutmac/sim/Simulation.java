package lutmac.sim;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.IntConsumer;
import lutmac.generator.config.Bus;
import lutmac.generator.program.CompiledNetwork;
import lutmac.network.BadInputException;
import lutmac.network.file.WholeFile;
import lutmac.sim.compare.ImageResult;
import lutmac.sim.compare.Mismatch;
import lutmac.sim.harness.HostStalls;
import lutmac.sim.harness.Job;
import lutmac.sim.harness.RunOutcome;
import lutmac.sim.reference.Reference;
import lutmac.sim.reference.ReferenceMismatchException;
import lutmac.sim.report.ReportBuilder;
import lutmac.sim.report.SimulationReport;
import lutmac.sim.verilator.RtlSources;
import lutmac.sim.verilator.RunLength;
import lutmac.sim.verilator.Simulator;
import lutmac.sim.verilator.VerilatorBuild;

/** Runs images on the RTL of a design and compares every layer's every word with a reference. */
public final class Simulation {
  /** What a waveform shows before the layer that is wrong, and behind the wrong cycle. */
  private static final long TRACE_MARGIN = 200;

  /** Longest waveform that is made without being asked for: some 50 MB of a 14 x 16 array. */
  private static final long TRACE_CYCLES = 20_000;

  private final CompiledNetwork compiled;
  private final RtlSources rtl;
  private final VerilatorBuild build;
  private final Reference reference;

  /**
   * Prepares a simulation.
   *
   * @param compiled program and memory images as the design directory holds them
   * @param reference what the feature maps must hold
   */
  public Simulation(
      CompiledNetwork compiled, RtlSources rtl, VerilatorBuild build, Reference reference) {
    this.compiled = compiled;
    this.rtl = rtl;
    this.build = build;
    this.reference = reference;
  }

  /**
   * Simulates images.
   *
   * @param images input codes {@code [C, H, W]} of each
   * @param progress is told how many images are done, from several threads
   * @throws BadInputException if the simulator cannot be built or the waveform cannot be written
   */
  public SimulationReport run(List<int[]> images, SimulationOptions options, IntConsumer progress) {
    return run(images, options, progress, (image, outputs) -> {});
  }

  /**
   * Simulates images.
   *
   * @param images input codes {@code [C, H, W]} of each
   * @param progress is told how many images are done, from several threads
   * @param outputs is told what came of every image
   * @throws BadInputException if the simulator cannot be built or the waveform cannot be written
   */
  public SimulationReport run(
      List<int[]> images, SimulationOptions options, IntConsumer progress, OutputListener outputs) {
    if (images.isEmpty()) {
      throw new IllegalArgumentException("no images to simulate");
    }
    SimulationOptions limited = options.withCycleLimit(CycleLimit.of(compiled, options));
    return run(images, limited, new ImageCounter(progress, outputs));
  }

  private SimulationReport run(
      List<int[]> images, SimulationOptions options, ImageCounter counter) {
    Simulator simulator = build.build(rtl, bus(), false, length(images.size()));
    List<ImageShare> shares = ImageShare.split(images, options.processes());
    long start = System.nanoTime();
    List<ShareRun> runs;
    try {
      runs = runAll(simulator, shares, options, counter);
    } catch (ReferenceMismatchException e) {
      return ReportBuilder.build(
          compiled,
          reference,
          List.of(),
          Optional.of(e.getMessage()),
          Optional.empty(),
          HostStalls.NONE,
          new SimulationReport.Timing(simulator.buildSeconds(), 0, 0));
    }
    double seconds = (System.nanoTime() - start) / 1e9;

    List<ImageResult> results = new ArrayList<>();
    runs.forEach(run -> results.addAll(run.results()));
    long cycles = runs.stream().mapToLong(run -> run.outcome().cycles()).sum();
    Optional<String> failure =
        runs.stream().flatMap(run -> run.outcome().failure().stream()).findFirst();
    Optional<Path> waveform = trace(shares, runs, options);
    return ReportBuilder.build(
        compiled,
        reference,
        results,
        failure,
        waveform,
        runs.stream().map(run -> run.outcome().stalls()).reduce(HostStalls.NONE, HostStalls::plus),
        new SimulationReport.Timing(simulator.buildSeconds(), seconds, cycles / seconds));
  }

  private Bus bus() {
    return compiled.config().bus();
  }

  private RunLength length(int images) {
    return RunLength.of(images * compiled.macs());
  }

  private List<ShareRun> runAll(
      Simulator simulator,
      List<ImageShare> shares,
      SimulationOptions options,
      ImageCounter counter) {
    ExecutorService threads = Executors.newFixedThreadPool(shares.size());
    try {
      List<Future<ShareRun>> running = new ArrayList<>();
      for (ImageShare share : shares) {
        Job job = share.job(compiled, options, Optional.empty());
        running.add(
            threads.submit(
                () ->
                    ShareRun.run(
                        simulator, job, Optional.empty(), compiled, share, reference, counter)));
      }
      List<ShareRun> runs = new ArrayList<>();
      for (Future<ShareRun> run : running) {
        runs.add(run.get());
      }
      return runs;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while simulating", e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof RuntimeException cause) {
        throw cause;
      }
      throw new BadInputException(
          "cannot run the simulator %s: %s"
              .formatted(simulator.executable(), e.getCause().getMessage()),
          e);
    } finally {
      threads.shutdownNow();
    }
  }

  /**
   * Runs the first wrong image (or the one that is wanted) once more with tracing, behind the same
   * images as before so that the hardware is in the same state.
   */
  private Optional<Path> trace(
      List<ImageShare> shares, List<ShareRun> runs, SimulationOptions options) {
    if (options.traceFile().isEmpty()) {
      return Optional.empty();
    }
    for (int i = 0; i < runs.size(); i++) {
      for (ImageResult result : runs.get(i).results()) {
        if (result.first().isPresent() || !result.complete()) {
          Job.TraceWindow window = window(shares.get(i), result);
          return Optional.of(trace(shares.get(i), window, options, false));
        }
      }
    }
    if (options.trace().isEmpty()) {
      return Optional.empty();
    }
    int image = options.trace().get();
    ImageShare share =
        shares.stream()
            .filter(candidate -> candidate.contains(image))
            .findFirst()
            .orElseThrow(
                () -> new BadInputException("there is no image %d to trace".formatted(image)));
    Job.TraceWindow whole = new Job.TraceWindow(image - share.first(), 0, Long.MAX_VALUE);
    return Optional.of(trace(share, whole, options, true));
  }

  private static Job.TraceWindow window(ImageShare share, ImageResult result) {
    int image = result.image() - share.first();
    Optional<Mismatch> first = result.first();
    if (first.isEmpty()) {
      return new Job.TraceWindow(image, 0, TRACE_CYCLES);
    }
    int layer = Math.min(first.get().layer(), result.layers().size());
    long layerBegin = layer == 0 ? 0 : Math.max(0, result.layers().get(layer - 1).lastCycle());
    long end =
        first.get().cycle() >= 0 ? first.get().cycle() + TRACE_MARGIN : layerBegin + TRACE_CYCLES;
    long begin = Math.max(Math.max(0, layerBegin - TRACE_MARGIN), end - TRACE_CYCLES);
    return new Job.TraceWindow(image, begin, end);
  }

  /**
   * Runs a share with tracing.
   *
   * @param sound whether it ran to its end without tracing, so that only writing can fail now
   */
  private Path trace(
      ImageShare share, Job.TraceWindow window, SimulationOptions options, boolean sound) {
    Simulator tracer = build.build(rtl, bus(), true, length(window.image() + 1));
    Path file = options.traceFile().orElseThrow().toAbsolutePath();
    ImageShare upToTraced = share.upTo(window.image());
    Job job = upToTraced.job(compiled, options, Optional.of(window));
    try {
      WholeFile.make(
          partial -> {
            try {
              RunOutcome outcome = outcome(tracer, job, partial, upToTraced);
              boolean silent = !Files.exists(partial) || Files.size(partial) == 0;
              if (silent || (sound && outcome.failure().isPresent())) {
                throw new IOException(outcome.failure().orElse("the simulator gave no reason"));
              }
            } finally {
              // The FST writer keeps its hierarchy in a file of its own while it runs.
              Files.deleteIfExists(partial.resolveSibling(partial.getFileName() + ".hier"));
            }
          },
          file);
      return file;
    } catch (IOException e) {
      throw new BadInputException(
          "cannot write the waveform %s: %s; choose a place with enough space with --trace"
              .formatted(file, WholeFile.reason(e)),
          e);
    }
  }

  private RunOutcome outcome(Simulator tracer, Job job, Path waveform, ImageShare share)
      throws IOException {
    ImageCounter unseen = new ImageCounter(done -> {}, (ignored, outputs) -> {});
    try {
      return ShareRun.run(tracer, job, Optional.of(waveform), compiled, share, reference, unseen)
          .outcome();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted while tracing", e);
    }
  }
}
