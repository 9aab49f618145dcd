package lutmac.quant.fit;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.quant.calib.ActivationCodes;
import lutmac.quant.study.InputPlan;
import lutmac.quant.study.Study;
import lutmac.runtime.exec.IntegerExecutor;

/**
 * The feature maps of the calibration images, float and quantized side by side, that layers still
 * read.
 *
 * <p>As many images take part as their feature maps fit into memory. Feature maps shrink with
 * depth, so more images join on the way: they catch up by running through the layers that are done.
 */
final class CalibrationMaps {
  private final Study study;
  private final InputPlan input;
  private final long mostBytes;
  private final MapLifetimes lifetimes;

  /** The last layer with weights to fit. */
  private final int lastFit;

  private final Map<String, float[][]> floats = new HashMap<>();
  private final Map<String, ActivationCodes> codes = new HashMap<>();
  private int images;

  /**
   * No image takes part yet.
   *
   * @param mostBytes that the feature maps of all images may take
   */
  CalibrationMaps(Study study, InputPlan input, long mostBytes) {
    this.study = study;
    this.input = input;
    this.mostBytes = mostBytes;
    this.lifetimes = new MapLifetimes(study);
    this.lastFit =
        IntStream.range(0, study.layers().size())
            .filter(i -> study.layers().get(i).linear().filter(l -> !l.identity()).isPresent())
            .max()
            .orElse(-1);
    floats.put(study.inputName(), new float[0][]);
    codes.put(study.inputName(), new ActivationCodes(input.encoding().tensor(), new byte[0][]));
  }

  /** How many images take part. */
  int images() {
    return images;
  }

  /** A float feature map, {@code [N][C*H*W]}. */
  float[][] floats(String name) {
    return floats.get(name);
  }

  /** The quantized one of this name. */
  ActivationCodes codes(String name) {
    return codes.get(name);
  }

  /** Adds what a layer made of the float feature maps, {@code [N][C*H*W]}. */
  void putFloats(String name, float[][] made) {
    floats.put(name, made);
  }

  /** Adds what a layer made of the quantized ones. */
  void putCodes(ActivationCodes made) {
    codes.put(made.tensor().name(), made);
  }

  /** Forgets what no layer from this one on reads. */
  void retainFor(int layer) {
    floats.keySet().removeIf(map -> !lifetimes.isReadFrom(layer, map));
    codes.keySet().removeIf(map -> !lifetimes.isReadFrom(layer, map));
  }

  /**
   * Lets as many images as possible take part from this layer on.
   *
   * @param done the layers before it; empty if it is the first
   */
  void takeImages(int layer, Optional<QuantizedNetwork> done) {
    // To catch up costs a pass through all layers before: copies and pools learn nothing from it.
    if (images > 0 && layer > lastFit) {
      return;
    }
    int possible = possible(layer);
    boolean fewMore = possible < study.data().count() && possible < 2 * images;
    if (possible == images || (images > 0 && fewMore)) {
      return;
    }
    join(layer, possible, done.map(IntegerExecutor::new));
  }

  /** Images whose feature maps fit into memory from a layer on. */
  private int possible(int layer) {
    long most = (Float.BYTES + Byte.BYTES) * lifetimes.mostElements(layer);
    return (int) Math.max(1, Math.min(study.data().count(), mostBytes / most));
  }

  private void join(int layer, int possible, Optional<IntegerExecutor> done) {
    Set<String> live = lifetimes.at(layer);
    int from = images;
    List<Map<String, float[]>> newFloats = new ArrayList<>();
    List<Map<String, byte[]>> newCodes = new ArrayList<>();
    for (int n = from; n < possible; n++) {
      newFloats.add(null);
      newCodes.add(null);
    }
    IntStream.range(from, possible)
        .parallel()
        .forEach(
            n -> {
              Map<String, float[]> real = new HashMap<>();
              real.put(study.inputName(), study.data().real(n));
              study.run().run(0, layer, real);
              real.keySet().retainAll(live);
              newFloats.set(n - from, real);
              newCodes.set(n - from, codes(done, n, live));
            });
    for (String map : live) {
      float[][] grownFloats = Arrays.copyOf(floats.get(map), possible);
      byte[][] grownCodes = Arrays.copyOf(codes.get(map).codes(), possible);
      for (int n = from; n < possible; n++) {
        grownFloats[n] = newFloats.get(n - from).get(map);
        grownCodes[n] = newCodes.get(n - from).get(map);
      }
      floats.put(map, grownFloats);
      codes.put(map, new ActivationCodes(codes.get(map).tensor(), grownCodes));
    }
    images = possible;
  }

  private Map<String, byte[]> codes(Optional<IntegerExecutor> done, int image, Set<String> live) {
    Map<String, byte[]> made = new HashMap<>();
    if (done.isEmpty()) {
      made.put(study.inputName(), input.codes(image));
      return made;
    }
    Map<String, int[]> maps = done.get().runAll(input.integers(image));
    for (String map : live) {
      made.put(map, ActivationCodes.encode(codes.get(map).tensor().format(), maps.get(map)));
    }
    return made;
  }
}
