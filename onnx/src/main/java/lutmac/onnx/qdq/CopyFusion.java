package lutmac.onnx.qdq;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.network.quantized.ActivationTable;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.OutputStage;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Window;

/**
 * Lets a layer take along the clamp of a copy behind it, as of a ReLU that stands between two
 * quantizations of one scale: {@code clamp2(clamp1(y)) = clamp(y; clamp2(lo1), clamp2(hi1))}.
 */
final class CopyFusion {
  private CopyFusion() {}

  /**
   * Layers, and the feature maps that the network returns.
   *
   * @param outputs in the order of the graph
   */
  record Fused(List<QuantizedLayer> layers, List<Tensor> outputs) {}

  /**
   * The same network with fewer layers.
   *
   * @param results the feature maps that it returns, by what they shall be called; one that a layer
   *     reads keeps its name
   */
  static Fused fuse(List<QuantizedLayer> layers, Map<String, Tensor> results) {
    List<QuantizedLayer> fused = new ArrayList<>(layers);
    Map<String, Integer> readers = new HashMap<>();
    results.values().forEach(result -> readers.merge(result.name(), 1, Integer::sum));
    fused.forEach(l -> l.inputs().forEach(t -> readers.merge(t.name(), 1, Integer::sum)));
    for (int i = 0; i < fused.size(); i++) {
      Optional<Copy> copy =
          copy(fused.get(i)).filter(c -> readers.get(c.layer().input().name()) == 1);
      for (int p = 0; copy.isPresent() && p < i; p++) {
        Optional<MacLayer> both = withClamp(fused.get(p), copy.get());
        if (both.isPresent()) {
          fused.set(p, both.get());
          fused.remove(i--);
          break;
        }
      }
    }
    List<Tensor> outputs = new ArrayList<>();
    results.forEach((name, result) -> outputs.add(renamed(fused, result, name)));
    return new Fused(fused, outputs);
  }

  /** A layer that only clamps its input, or looks its codes up. */
  private record Copy(MacLayer layer, OutputStage.Requantize stage) {}

  /** The layer that makes a copy's input and rounds, with the copy's clamp and output. */
  private static Optional<MacLayer> withClamp(QuantizedLayer producer, Copy copy) {
    return producer
        .mac()
        .filter(mac -> mac.output().equals(copy.layer().input()))
        .flatMap(
            mac ->
                mac.stage()
                    .requantize()
                    .filter(first -> first.table().isEmpty() || copy.stage().table().isEmpty())
                    .map(first -> mac.with(copy.layer().output(), clamped(first, copy.stage()))));
  }

  private static OutputStage clamped(OutputStage.Requantize first, OutputStage.Requantize second) {
    if (first.table().isPresent()) {
      ActivationTable table = first.table().get();
      return activated(
          first, table, table.values().stream().map(value -> (int) second.clamp(value)).toList());
    }
    if (second.table().isPresent()) {
      ActivationTable table = second.table().get();
      return activated(
          first,
          table,
          table.values().subList(first.lo() - second.lo(), first.hi() - second.lo() + 1));
    }
    return new OutputStage.Requantize(
        first.shift(), (int) second.clamp(first.lo()), (int) second.clamp(first.hi()));
  }

  private static OutputStage activated(
      OutputStage.Requantize first, ActivationTable table, List<Integer> values) {
    return new OutputStage.Requantize(
        first.shift(),
        first.lo(),
        first.hi(),
        Optional.of(new ActivationTable(table.function(), table.frac(), values)));
  }

  private static Optional<Copy> copy(QuantizedLayer layer) {
    return layer
        .mac()
        .flatMap(mac -> mac.stage().requantize().map(stage -> new Copy(mac, stage)))
        .filter(CopyFusion::copies);
  }

  private static boolean copies(Copy copy) {
    MacLayer layer = copy.layer();
    if (layer.groups() != layer.inChannels()
        || layer.outChannels() != layer.inChannels()
        || !layer.window().equals(Window.pointwise())
        || layer.sumPixels()
        || layer.skip().isPresent()
        || roundedFrac(layer) != layer.input().format().frac(0)) {
      return false;
    }
    for (int o = 0; o < layer.outChannels(); o++) {
      if (layer.weight(o) != 1 << copy.stage().shift().get(o) || layer.bias()[o] != 0) {
        return false;
      }
    }
    return true;
  }

  private static int roundedFrac(MacLayer layer) {
    return layer
        .activation()
        .map(ActivationTable::frac)
        .orElseGet(() -> layer.output().format().frac(0));
  }

  /** Calls a feature map by another name, unless a layer reads it or the name is taken. */
  private static Tensor renamed(List<QuantizedLayer> layers, Tensor result, String name) {
    boolean kept =
        layers.stream()
            .anyMatch(
                layer ->
                    layer.output().name().equals(name)
                        || layer.inputs().stream()
                            .anyMatch(in -> in.equals(result) || in.name().equals(name)));
    if (kept) {
      return result;
    }
    Tensor named = new Tensor(name, result.shape(), result.format(), result.padCodes());
    layers.replaceAll(layer -> layer.output().equals(result) ? layer.withOutput(named) : layer);
    return named;
  }
}
