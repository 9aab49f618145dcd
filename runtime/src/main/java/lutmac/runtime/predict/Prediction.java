package lutmac.runtime.predict;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.IntToDoubleFunction;
import java.util.function.IntUnaryOperator;
import java.util.stream.IntStream;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.format.LogFormat;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.runtime.exec.FloatExecutor;
import lutmac.runtime.exec.IntegerExecutor;
import lutmac.runtime.image.Preprocessor;

/**
 * A network's outputs for images as arrays, {@code NAME.npy} each, and, if wanted, every feature
 * map, {@code layers/NAME.npy}, the input's among them. Outputs are real values. The maps of a
 * quantized network are the codes that its hardware stores.
 */
public final class Prediction {
  private static final String LAYERS = "layers";

  /** Elements that are computed before they are written: half a gigabyte as float64. */
  private static final long ELEMENTS_AT_ONCE = 1L << 26;

  private static final int IMAGES_AT_ONCE = 64;

  private final List<PredictedArray> outputs;
  private final List<PredictedArray> layers;

  /** The elements of outputs and layers for an image, in their order. */
  private final IntFunction<List<IntToDoubleFunction>> run;

  private Prediction(
      List<PredictedArray> outputs,
      List<PredictedArray> layers,
      IntFunction<List<IntToDoubleFunction>> run) {
    this.outputs = List.copyOf(outputs);
    this.layers = List.copyOf(layers);
    this.run = run;
  }

  /**
   * What a float network computes: float32 all over.
   *
   * @param withLayers whether every feature map is wanted
   */
  public static Prediction of(FloatNetwork network, Preprocessor inputs, boolean withLayers) {
    Map<String, Shape> shapes = new LinkedHashMap<>();
    shapes.put(network.inputName(), network.inputShape());
    network.nodes().forEach(node -> shapes.put(node.output(), node.shape()));
    FileNames names = new FileNames();
    List<PredictedArray> outputs =
        network.outputNames().stream()
            .map(map -> output(map, shapes.get(map), ArrayType.FLOAT32, names))
            .toList();
    List<PredictedArray> layers = new ArrayList<>();
    if (withLayers) {
      FileNames layerNames = new FileNames();
      shapes.forEach(
          (map, shape) ->
              layers.add(
                  new PredictedArray(
                      map,
                      layerFile(map, layerNames),
                      shape,
                      false,
                      ArrayType.FLOAT32,
                      Optional.empty())));
    }
    FloatExecutor executor = new FloatExecutor(network);
    return new Prediction(
        outputs,
        layers,
        image -> {
          float[] input = inputs.floatInput(image);
          List<IntToDoubleFunction> elements = new ArrayList<>();
          if (!withLayers) {
            executor.outputs(input, 1).forEach(map -> elements.add(i -> map[i]));
            return elements;
          }
          Map<String, float[]> maps = executor.run(input, 1);
          for (PredictedArray array : outputs) {
            float[] map = maps.get(array.map());
            elements.add(i -> map[i]);
          }
          for (PredictedArray array : layers) {
            float[] map = maps.get(array.map());
            elements.add(i -> map[i]);
          }
          return elements;
        });
  }

  /**
   * What a quantized network computes: outputs in float32, which holds every code exactly, or, if
   * they are accumulators, in float64; codes in the narrowest integers.
   *
   * @param inputs images, preprocessed as the network says
   * @param withLayers whether every feature map is wanted
   */
  public static Prediction of(QuantizedNetwork network, Preprocessor inputs, boolean withLayers) {
    FileNames names = new FileNames();
    List<PredictedArray> outputs =
        network.outputs().stream()
            .map(
                map ->
                    output(
                        map.name(),
                        map.shape(),
                        map.format().raw() ? ArrayType.FLOAT64 : ArrayType.FLOAT32,
                        names))
            .toList();
    List<PredictedArray> layers = new ArrayList<>();
    if (withLayers) {
      FileNames layerNames = new FileNames();
      layers.add(codes(network.input().tensor(), layerNames));
      network.layers().forEach(layer -> layers.add(codes(layer.output(), layerNames)));
    }
    IntegerExecutor executor = new IntegerExecutor(network);
    return new Prediction(
        outputs,
        layers,
        image -> {
          int[] input = inputs.codes(image, network.input());
          List<IntToDoubleFunction> elements = new ArrayList<>();
          if (!withLayers) {
            List<int[]> results = executor.outputs(input);
            for (int o = 0; o < results.size(); o++) {
              elements.add(realValues(network.outputs().get(o), results.get(o)));
            }
            return elements;
          }
          Map<String, int[]> maps = executor.runAll(input);
          network
              .outputs()
              .forEach(output -> elements.add(realValues(output, maps.get(output.name()))));
          for (PredictedArray array : layers) {
            int[] map = maps.get(array.map());
            IntUnaryOperator stored = stored(array.codes().orElseThrow().format());
            elements.add(i -> stored.applyAsInt(map[i]));
          }
          return elements;
        });
  }

  private static PredictedArray output(String map, Shape shape, ArrayType type, FileNames names) {
    return new PredictedArray(
        map, names.of(map) + ".npy", shape, shape.pixels() == 1, type, Optional.empty());
  }

  private static PredictedArray codes(Tensor tensor, FileNames names) {
    ArrayType type =
        tensor
            .format()
            .fold(
                fixed -> ArrayType.ofCode(fixed.bits(), fixed.signed()),
                logarithmic -> ArrayType.ofCode(logarithmic.bits(), false),
                accumulator -> ArrayType.INT32);
    return new PredictedArray(
        tensor.name(),
        layerFile(tensor.name(), names),
        tensor.shape(),
        false,
        type,
        Optional.of(tensor));
  }

  private static String layerFile(String map, FileNames names) {
    return LAYERS + "/" + names.of(map) + ".npy";
  }

  private static IntToDoubleFunction realValues(Tensor tensor, int[] integers) {
    return i -> tensor.real(i, integers[i]);
  }

  /** What memory holds for the integer that arithmetic sees. */
  private static IntUnaryOperator stored(TensorFormat format) {
    return format.fold(
        fixed -> integer -> integer,
        logarithmic -> {
          int[] thresholds = logarithmic.thresholds();
          return integer -> LogFormat.code(thresholds, integer);
        },
        accumulator -> integer -> integer);
  }

  /** The network's outputs, in its order. */
  public List<PredictedArray> outputs() {
    return outputs;
  }

  /** Every feature map, the input's first; empty if they are not wanted. */
  public List<PredictedArray> layers() {
    return layers;
  }

  /** Is told of every image, in order, by one thread at a time. */
  @FunctionalInterface
  public interface Listener {
    /**
     * An image is done.
     *
     * @param image its number, from 0
     * @param output real values of the network's first output, {@code [C, H, W]} row major
     */
    void image(int image, double[] output);
  }

  /**
   * Computes without writing.
   *
   * @param images how many, from the first on
   */
  public void run(int images, Listener listener) {
    try {
      run(arrays(), List.of(), images, listener);
    } catch (IOException e) {
      throw new UncheckedIOException("without a file", e);
    }
  }

  /**
   * Computes and writes all arrays.
   *
   * @param directory exists and holds none of them
   * @param images how many, from the first on
   */
  public void write(Path directory, int images, Listener listener) throws IOException {
    List<PredictedArray> arrays = arrays();
    List<ArrayWriter> writers = new ArrayList<>();
    for (PredictedArray array : arrays) {
      Path file = directory.resolve(array.file());
      Files.createDirectories(file.getParent());
      writers.add(new ArrayWriter(file, array.type(), array.extents(images)));
    }
    run(arrays, writers, images, listener);
  }

  private List<PredictedArray> arrays() {
    List<PredictedArray> arrays = new ArrayList<>(outputs);
    arrays.addAll(layers);
    return arrays;
  }

  private void run(
      List<PredictedArray> arrays, List<ArrayWriter> writers, int images, Listener listener)
      throws IOException {
    long elements = arrays.stream().mapToLong(array -> array.shape().size()).sum();
    int atOnce = (int) Math.max(1, Math.min(IMAGES_AT_ONCE, ELEMENTS_AT_ONCE / elements));
    for (int first = 0; first < images; first += atOnce) {
      int end = Math.min(images, first + atOnce);
      List<List<IntToDoubleFunction>> results =
          IntStream.range(first, end).parallel().mapToObj(run).toList();
      for (int a = 0; a < writers.size(); a++) {
        int array = a;
        writers
            .get(a)
            .append(
                arrays.get(a).shape().size(),
                results.stream().map(result -> result.get(array)).toList());
      }
      for (int i = 0; i < results.size(); i++) {
        double[] output = new double[arrays.get(0).shape().size()];
        Arrays.setAll(output, results.get(i).get(0)::applyAsDouble);
        listener.image(first + i, output);
      }
    }
  }
}
