package lutmac.quant.recipe;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.IntStream;
import lutmac.quant.BadInputException;
import lutmac.quant.calib.CodeMaps;
import lutmac.quant.exec.MaxPooling;
import lutmac.quant.graph.FloatNetwork;
import lutmac.quant.network.MaxPoolLayer;
import lutmac.quant.network.Preprocessing;
import lutmac.quant.network.QuantizedLayer;
import lutmac.quant.network.QuantizedNetwork;
import lutmac.quant.network.Tensor;

/** Quantizes layer after layer, the float and the integer feature maps side by side. */
final class NetworkQuantizer {
  private final FloatNetwork network;
  private final CalibrationData data;
  private final Preprocessing preprocessing;
  private final QuantizeOptions options;
  private final Map<String, float[][]> floats = new HashMap<>();
  private final Map<String, CodeMaps> codes = new HashMap<>();
  private final List<QuantizedLayer> done = new ArrayList<>();
  private final List<LayerReport> reports = new ArrayList<>();

  NetworkQuantizer(
      FloatNetwork network,
      CalibrationData data,
      Preprocessing preprocessing,
      QuantizeOptions options) {
    this.network = network;
    this.data = data;
    this.preprocessing = preprocessing;
    this.options = options;
  }

  QuantizationResult quantize(Progress progress) {
    List<LoweredLayer> layers = Lowering.lower(network);
    InputPlan input =
        InputPlan.of(
            network.inputName(),
            network.inputShape(),
            layers,
            data,
            preprocessing,
            options.activationBits());
    floats.put(network.inputName(), data.inputs());
    codes.put(network.inputName(), input.codes());
    LinearQuantizer linearQuantizer = new LinearQuantizer(options);
    for (int i = 0; i < layers.size(); i++) {
      LoweredLayer layer = layers.get(i);
      progress.step(layer.name(), i, layers.size());
      if (layer instanceof LoweredLayer.Linear linear) {
        linear(linearQuantizer, linear, input.encoding().folded(), i == layers.size() - 1);
      } else if (layer instanceof LoweredLayer.Pool pool) {
        pool(pool);
      }
      forgetAllBut(layers.subList(i + 1, layers.size()));
    }
    progress.step("done", layers.size(), layers.size());

    QuantizedNetwork quantized =
        new QuantizedNetwork(
            network.name(), input.encoding(), done, options.rounding(), provenance());
    QuantizationReport report =
        new QuantizationReport(
            network.name(),
            data.inputs().length,
            input.codes().tensor().format().toString(),
            input.encoding().folded(),
            reports,
            MemoryCount.of(quantized));
    return new QuantizationResult(quantized, report);
  }

  private void linear(
      LinearQuantizer quantizer, LoweredLayer.Linear layer, boolean folded, boolean last) {
    float[][] sums =
        FloatForward.linear(layer, floats.get(layer.input()), layer.skip().map(floats::get));
    requireFinite(layer, sums);
    float[][] outputs = layer.ceiling().map(c -> FloatForward.clamp(sums, c)).orElse(sums);
    boolean rawInput = folded && layer.input().equals(network.inputName());
    LinearQuantizer.Result result =
        quantizer.quantize(
            new LinearQuantizer.Task(
                layer,
                weights(layer, rawInput),
                bias(layer, rawInput),
                codes.get(layer.input()),
                layer.skip().map(codes::get),
                sums,
                outputs,
                last));
    floats.put(layer.output(), outputs);
    result.output().ifPresent(maps -> codes.put(layer.output(), maps));
    done.add(result.layer());
    reports.add(result.report());
  }

  private void requireFinite(LoweredLayer layer, float[][] sums) {
    for (int n = 0; n < sums.length; n++) {
      for (float sum : sums[n]) {
        if (!Float.isFinite(sum)) {
          throw new BadInputException(
              "%s: node '%s' computes NaN or infinity on calibration image %d; check mean and std"
                  .formatted(network.name(), layer.name(), n));
        }
      }
    }
  }

  /** {@code W / std}, if the codes are pixels. */
  private double[][] weights(LoweredLayer.Linear layer, boolean rawInput) {
    int taps = layer.taps();
    int perChannel = layer.window().taps();
    double[][] weights = new double[layer.outputShape().channels()][taps];
    for (int o = 0; o < weights.length; o++) {
      for (int k = 0; k < taps; k++) {
        double std = rawInput ? preprocessing.std(k / perChannel) : 1;
        weights[o][k] = layer.weights()[o * taps + k] / std;
      }
    }
    return weights;
  }

  /** {@code b - sum of W * mean / std}, if the codes are pixels. */
  private double[] bias(LoweredLayer.Linear layer, boolean rawInput) {
    int taps = layer.taps();
    int perChannel = layer.window().taps();
    int pixels = layer.sumPixels() ? layer.inputShape().pixels() : 1;
    double[] bias = new double[layer.bias().length];
    for (int o = 0; o < bias.length; o++) {
      bias[o] = layer.bias()[o];
      for (int k = 0; rawInput && k < taps; k++) {
        int c = k / perChannel;
        bias[o] -=
            pixels
                * (double) layer.weights()[o * taps + k]
                * preprocessing.mean(c)
                / preprocessing.std(c);
      }
    }
    return bias;
  }

  private void pool(LoweredLayer.Pool layer) {
    floats.put(layer.output(), FloatForward.pool(layer, floats.get(layer.input())));
    CodeMaps input = codes.get(layer.input());
    Tensor output = Tensor.zeroPadded(layer.output(), layer.outputShape(), input.tensor().format());
    MaxPooling pooling = new MaxPooling(layer.inputShape(), layer.window());
    byte[][] pooled =
        IntStream.range(0, input.images())
            .parallel()
            .mapToObj(n -> bytes(pooling.apply(input.values(n))))
            .toArray(byte[][]::new);
    codes.put(layer.output(), new CodeMaps(output, pooled));
    done.add(new MaxPoolLayer(layer.name(), input.tensor(), output, layer.window()));
  }

  private static byte[] bytes(int[] values) {
    byte[] bytes = new byte[values.length];
    for (int i = 0; i < bytes.length; i++) {
      bytes[i] = (byte) values[i];
    }
    return bytes;
  }

  private void forgetAllBut(List<LoweredLayer> remaining) {
    List<String> needed = new ArrayList<>();
    for (LoweredLayer layer : remaining) {
      needed.add(layer.input());
      if (layer instanceof LoweredLayer.Linear linear) {
        linear.skip().ifPresent(needed::add);
      }
    }
    floats.keySet().retainAll(needed);
    codes.keySet().retainAll(needed);
  }

  private Map<String, String> provenance() {
    Map<String, String> provenance = new TreeMap<>();
    provenance.put("model", network.name());
    provenance.put("calibrationImages", Integer.toString(data.inputs().length));
    provenance.put("weightBits", Integer.toString(options.weightBits()));
    provenance.put("levelDigits", Integer.toString(options.levelDigits()));
    provenance.put("activationBits", Integer.toString(options.activationBits()));
    provenance.put("channelShifts", Boolean.toString(options.channelShifts()));
    provenance.put("method", options.method().name());
    provenance.put("seed", Long.toString(options.seed()));
    return provenance;
  }
}
