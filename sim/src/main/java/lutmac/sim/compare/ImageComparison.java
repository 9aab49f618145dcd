package lutmac.sim.compare;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.LayerPlacement;
import lutmac.generator.program.Schedule;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.sim.harness.Job;

/**
 * Collects what the hardware does for one image and compares it with the golden model: every word
 * that a descriptor makes, that it wrote each exactly once, and nothing else.
 */
public final class ImageComparison {
  private final int image;
  private final int cols;
  private final List<LayerLog> logs = new ArrayList<>();
  private final List<OutputMap> maps = new ArrayList<>();
  private final Map<String, int[]> golden;
  private final QuantizedNetwork network;
  private final Optional<Schedule> schedule;
  private final List<OutputMap> results = new ArrayList<>();
  private final Map<Tensor, int[]> writtenResults = new HashMap<>();
  private long strays;
  private Optional<Mismatch> firstStray = Optional.empty();

  /**
   * Starts an image.
   *
   * @param golden the golden model's tensors by name, at least every layer's output
   */
  public ImageComparison(CompiledNetwork compiled, int image, Map<String, int[]> golden) {
    this.image = image;
    this.cols = compiled.config().cols();
    this.golden = golden;
    this.network = compiled.network();
    this.schedule = compiled.schedule();
    schedule.ifPresent(
        runs -> runs.results().forEach(result -> results.add(new OutputMap(result, cols))));
    for (LayerPlacement placement : compiled.layers()) {
      if (placement.index() != logs.size()) {
        throw new IllegalArgumentException(
            "layer '%s' is number %d, but has index %d"
                .formatted(placement.name(), logs.size(), placement.index()));
      }
      OutputMap map = new OutputMap(placement, cols);
      maps.add(map);
      logs.add(new LayerLog(image, map, cols));
    }
  }

  /** The feature-map regions that hold the network's results, to be read back by the host. */
  public static List<Job.Region> resultRegions(CompiledNetwork compiled) {
    if (compiled.schedule().isPresent()) {
      return compiled.schedule().get().outputs().stream()
          .map(part -> new Job.Region(part.baseAddress(), part.words()))
          .toList();
    }
    int cols = compiled.config().cols();
    return compiled.layers().stream()
        .filter(LayerPlacement::result)
        .flatMap(placement -> new OutputMap(placement, cols).regions().stream())
        .toList();
  }

  /**
   * The core wrote a word.
   *
   * @param strobes which quarters of the word are written
   */
  public void write(int layer, long cycle, int address, int strobes, byte[] word) {
    if (layer < logs.size()) {
      logs.get(layer).write(cycle, address, strobes, word);
      return;
    }
    stray(new Mismatch(MismatchKind.STRAY, image, layer, "?", address, -1, -1, -1, 0, 0, cycle));
  }

  /** The host read one of {@link #resultRegions}. */
  public void readBack(int region, byte[] words) {
    if (schedule.isPresent()) {
      compareOutput(schedule.get().outputs().get(region).baseAddress(), words);
      return;
    }
    int inLayer = region;
    for (int layer = 0; layer < logs.size(); layer++) {
      if (!maps.get(layer).placement().result()) {
        continue;
      }
      int regions = maps.get(layer).regions().size();
      if (inLayer < regions) {
        logs.get(layer).readBack(inLayer, words);
        return;
      }
      inLayer -= regions;
    }
    throw new IllegalArgumentException("no layer's result is region " + region);
  }

  /** Compares words of the output with what layers wrote, wherever they wrote it. */
  private void compareOutput(int address, byte[] words) {
    for (OutputMap map : results) {
      Tensor tensor = map.placement().output();
      int[] written = writtenResults.computeIfAbsent(tensor, this::written);
      for (int word = 0; word < words.length / cols; word++) {
        for (int slot : map.slotsAt(address + word)) {
          compareOutput(map, slot, map.codes(slot, words, word), written);
        }
      }
    }
  }

  private void compareOutput(OutputMap map, int slot, byte[] codes, int[] written) {
    for (int lane = 0; lane < cols; lane++) {
      if (map.channel(slot, lane) >= 0 && codes[lane] != map.expected(written, slot, lane)) {
        stray(
            new Mismatch(
                MismatchKind.READ_BACK,
                image,
                map.placement().index(),
                map.placement().name(),
                map.address(slot),
                map.y(slot),
                map.x(slot),
                map.channel(slot, lane),
                map.expected(written, slot, lane),
                codes[lane],
                -1));
        return;
      }
    }
  }

  private void stray(Mismatch mismatch) {
    strays++;
    if (firstStray.isEmpty()) {
      firstStray = Optional.of(mismatch);
    }
  }

  /** The image is done. */
  public ImageResult done(long cycles, long runCycles, long busCycles, long[] steps) {
    return result(true, cycles, runCycles, busCycles, steps);
  }

  /**
   * The network's outputs as the hardware wrote them: integers {@code [C, H, W]} each, in the
   * network's order; 0 for what it did not write.
   */
  public List<int[]> outputs() {
    return network.outputs().stream().map(this::written).toList();
  }

  private int[] written(Tensor tensor) {
    int[] values = new int[tensor.shape().size()];
    // Layers write the operands of a concatenation, not the concatenation.
    int at = 0;
    for (Tensor operand : operands(tensor)) {
      int[] part = written(operand);
      System.arraycopy(part, 0, values, at, part.length);
      at += part.length;
    }
    for (int layer = 0; layer < logs.size(); layer++) {
      if (maps.get(layer).placement().output().name().equals(tensor.name())) {
        logs.get(layer).writeTo(values);
      }
    }
    return values;
  }

  /** Of a concatenation's output, what it puts together; of any other map nothing. */
  private List<Tensor> operands(Tensor tensor) {
    for (QuantizedLayer layer : network.layers()) {
      if (layer.output().name().equals(tensor.name())) {
        return layer.fold(mac -> List.of(), maxPool -> List.of(), ConcatLayer::inputs);
      }
    }
    return List.of();
  }

  /** The run ended before the image was done. */
  public ImageResult abandoned() {
    return result(false, 0, 0, 0, new long[0]);
  }

  private ImageResult result(
      boolean complete, long cycles, long runCycles, long busCycles, long[] steps) {
    List<LayerResult> results = new ArrayList<>();
    for (int layer = 0; layer < logs.size(); layer++) {
      String tensor = maps.get(layer).placement().output().name();
      int[] expected = golden.get(tensor);
      if (expected == null) {
        throw new IllegalStateException("the golden model made no tensor '%s'".formatted(tensor));
      }
      results.add(logs.get(layer).compare(expected, layer < steps.length ? steps[layer] : 0));
    }
    Optional<Mismatch> first =
        logs.stream().flatMap(log -> log.first().stream()).findFirst().or(() -> firstStray);
    return new ImageResult(image, complete, cycles, runCycles, busCycles, results, strays, first);
  }
}
