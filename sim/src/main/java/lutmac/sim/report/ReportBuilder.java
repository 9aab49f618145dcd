package lutmac.sim.report;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.ToLongFunction;
import java.util.stream.Collectors;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Bus;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.LayerPlacement;
import lutmac.sim.compare.ImageResult;
import lutmac.sim.compare.LayerResult;
import lutmac.sim.harness.HostStalls;
import lutmac.sim.reference.Reference;

/** Sums images up to a report. */
public final class ReportBuilder {
  private ReportBuilder() {}

  /**
   * Makes the report.
   *
   * @param reference that the images were compared with
   * @param results of all images, in any order, the one that a failure cut short included
   * @param stalls of the host's streams, over all images
   */
  public static SimulationReport build(
      CompiledNetwork compiled,
      Reference reference,
      List<ImageResult> results,
      Optional<String> failure,
      Optional<Path> waveform,
      HostStalls stalls,
      SimulationReport.Timing timing) {
    List<ImageResult> images =
        results.stream().sorted(Comparator.comparingInt(ImageResult::image)).toList();
    List<ImageResult> complete = images.stream().filter(ImageResult::complete).toList();
    AcceleratorConfig config = compiled.config();
    long capacity = (long) config.rows() * config.cols();

    List<SimulatedLayer> layers = new ArrayList<>();
    Map<String, Long> layerMacs = compiled.layerMacs();
    for (List<LayerPlacement> parts : reported(compiled)) {
      long macs =
          compiled.schedule().isPresent()
              ? layerMacs.get(parts.get(0).name())
              : parts.get(0).macs();
      layers.add(layer(parts, macs, images, complete, capacity));
    }
    long mismatches = images.stream().mapToLong(ImageResult::mismatches).sum();
    long cyclesPerImage = mean(complete, ImageResult::cycles);
    Verdict verdict =
        failure.isPresent()
            ? Verdict.FAILED
            : mismatches > 0 ? Verdict.MISMATCH : Verdict.BIT_EXACT;
    return new SimulationReport(
        compiled.network().name(),
        "%dx%d %s".formatted(config.rows(), config.cols(), config.pe().name()),
        verdict,
        complete.size(),
        layers.stream().mapToLong(SimulatedLayer::wordsCompared).sum(),
        mismatches,
        cyclesPerImage,
        mean(complete, ImageResult::runCycles),
        mean(complete, ImageResult::busCycles),
        config.bus() instanceof Bus.Axi,
        share(compiled.macs(), capacity, cyclesPerImage),
        layers,
        images.stream().flatMap(image -> image.first().stream()).findFirst(),
        failure,
        waveform,
        new SimulationReport.Comparison(
            reference.title(),
            complete.stream().filter(image -> reference.golden(image.image())).count()),
        stalls,
        timing);
  }

  /** The descriptors by what they are reported as: each, or the strips and parts of a layer. */
  private static Collection<List<LayerPlacement>> reported(CompiledNetwork compiled) {
    return compiled.schedule().isPresent()
        ? compiled.layers().stream()
            .collect(
                Collectors.groupingBy(
                    LayerPlacement::name, LinkedHashMap::new, Collectors.toList()))
            .values()
        : compiled.layers().stream().map(List::of).toList();
  }

  /**
   * What became of a layer.
   *
   * @param parts its descriptors
   * @param macs useful multiply-accumulates of one image
   */
  private static SimulatedLayer layer(
      List<LayerPlacement> parts,
      long macs,
      List<ImageResult> images,
      List<ImageResult> complete,
      long capacity) {
    long cycles = 0;
    long steps = 0;
    long compared = 0;
    long mismatches = 0;
    for (LayerPlacement part : parts) {
      int index = part.index();
      cycles += mean(complete, image -> cyclesOf(image, index));
      steps += mean(complete, image -> image.layers().get(index).steps());
      compared += sum(images, index, LayerResult::compared);
      mismatches += sum(images, index, LayerResult::mismatches);
    }
    return new SimulatedLayer(
        parts.get(0).index(),
        parts.get(0).name(),
        cycles,
        steps,
        macs,
        share(macs, capacity, cycles),
        compared,
        mismatches);
  }

  /** From the last write of the layer before to the layer's own, of the last one to the end. */
  private static long cyclesOf(ImageResult image, int layer) {
    boolean last = layer == image.layers().size() - 1;
    long end = last ? image.cycles() - 1 : image.layers().get(layer).lastCycle();
    long begin = layer == 0 ? -1 : image.layers().get(layer - 1).lastCycle();
    return Math.max(0, end - begin);
  }

  private static double share(long macs, long capacity, long cycles) {
    return cycles == 0 ? 0 : macs / ((double) capacity * cycles);
  }

  private static long mean(List<ImageResult> images, ToLongFunction<ImageResult> value) {
    return Math.round(images.stream().mapToLong(value).average().orElse(0));
  }

  private static long sum(List<ImageResult> images, int layer, ToLongFunction<LayerResult> value) {
    return images.stream().mapToLong(image -> value.applyAsLong(image.layers().get(layer))).sum();
  }
}
