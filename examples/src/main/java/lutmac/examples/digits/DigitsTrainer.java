package lutmac.examples.digits;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.nd4j.autodiff.samediff.SDVariable;
import org.nd4j.autodiff.samediff.SameDiff;
import org.nd4j.autodiff.samediff.api.OutAndGrad;
import org.nd4j.enums.WeightsFormat;
import org.nd4j.linalg.api.buffer.DataType;
import org.nd4j.linalg.api.ndarray.INDArray;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Conv2DConfig;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.PaddingMode;
import org.nd4j.linalg.api.ops.impl.layers.convolution.config.Pooling2DConfig;
import org.nd4j.linalg.factory.Nd4j;
import org.nd4j.linalg.ops.transforms.Transforms;

/**
 * Trains the example network from scratch: cross entropy, Adam (Kingma and Ba 2015), every batch
 * rendered for the first time.
 */
final class DigitsTrainer {
  private static final double BETA1 = 0.9;
  private static final double BETA2 = 0.999;
  private static final double EPSILON = 1e-8;

  private final SameDiff graph = SameDiff.create();
  private final Map<String, INDArray> first = new HashMap<>();
  private final Map<String, INDArray> second = new HashMap<>();
  private final List<String> parameters = new ArrayList<>();
  private int step;

  /** A network with random weights of variance {@code 2 / fan-in} (He et al. 2015). */
  DigitsTrainer(long seed) {
    Nd4j.getRandom().setSeed(seed);
    SDVariable image =
        graph.placeHolder("image", DataType.FLOAT, -1, 1, DigitImages.SIZE, DigitImages.SIZE);
    SDVariable labels = graph.placeHolder("labels", DataType.FLOAT, -1, 10);
    DigitsLayer.ALL.forEach(this::declare);
    SDVariable a = halved(relu(convolution(0, image)));
    SDVariable b = relu(convolution(2, relu(convolution(1, a))).add(a));
    SDVariable c = relu(convolution(3, b));
    SDVariable d = relu(convolution(4, halved(c)));
    DigitsLayer fc = DigitsLayer.ALL.get(5);
    SDVariable logits =
        d.mean(2, 3)
            .mmul(graph.getVariable(fc.weights()).permute(1, 0))
            .add("logits", graph.getVariable(fc.bias()));
    graph.loss().softmaxCrossEntropy("loss", labels, logits, null);
    graph.setLossVariables("loss");
  }

  private void declare(DigitsLayer layer) {
    long[] shape =
        layer.kernel() == 1
            ? new long[] {layer.outChannels(), layer.inChannels()}
            : new long[] {layer.outChannels(), layer.inChannels(), layer.kernel(), layer.kernel()};
    INDArray weights = Nd4j.randn(DataType.FLOAT, shape).muli(Math.sqrt(2.0 / layer.fanIn()));
    variable(layer.weights(), weights);
    variable(layer.bias(), Nd4j.zeros(DataType.FLOAT, layer.outChannels()));
  }

  private void variable(String name, INDArray values) {
    graph.var(name, values);
    parameters.add(name);
    first.put(name, values.like());
    second.put(name, values.like());
  }

  private SDVariable convolution(int index, SDVariable input) {
    DigitsLayer layer = DigitsLayer.ALL.get(index);
    Conv2DConfig config =
        Conv2DConfig.builder()
            .kH(layer.kernel())
            .kW(layer.kernel())
            .pH(layer.kernel() / 2)
            .pW(layer.kernel() / 2)
            .sH(1)
            .sW(1)
            .dH(1)
            .dW(1)
            .paddingMode(PaddingMode.VALID)
            .dataFormat(Conv2DConfig.NCHW)
            .weightsFormat(WeightsFormat.YXIO)
            .build();
    return graph
        .cnn()
        .conv2d(
            input,
            // ND4J's conv2d_bp knows no other order of the axes.
            graph.getVariable(layer.weights()).permute(2, 3, 1, 0),
            graph.getVariable(layer.bias()),
            config);
  }

  private SDVariable relu(SDVariable x) {
    return graph.nn().relu(x, 0);
  }

  private SDVariable halved(SDVariable x) {
    Pooling2DConfig config =
        Pooling2DConfig.builder().kH(2).kW(2).sH(2).sW(2).dH(1).dW(1).isNHWC(false).build();
    return graph.cnn().maxPooling2d(x, config);
  }

  /**
   * One step of Adam.
   *
   * @return the batch's mean cross entropy before the step
   */
  double train(DigitImages batch, double learningRate) {
    OutAndGrad result = lossAndGradients(batch);
    step++;
    double rate = learningRate * Math.sqrt(1 - Math.pow(BETA2, step)) / (1 - Math.pow(BETA1, step));
    for (String name : parameters) {
      INDArray gradient = result.getGradients().get(name);
      INDArray mean = first.get(name).muli(BETA1).addi(gradient.mul(1 - BETA1));
      INDArray square = second.get(name).muli(BETA2).addi(gradient.mul(gradient).muli(1 - BETA2));
      INDArray update = mean.mul(rate).divi(Transforms.sqrt(square, true).addi(EPSILON));
      graph.getVariable(name).getArr().subi(update);
    }
    return result.getOutputs().get("loss").getDouble(0);
  }

  /** The mean cross entropy as "loss", and its derivatives by every parameter. */
  OutAndGrad lossAndGradients(DigitImages batch) {
    Map<String, INDArray> inputs = Map.of("image", images(batch), "labels", labels(batch));
    return graph.calculateGradientsAndOutputs(inputs, List.of("loss"), parameters);
  }

  /** Share of images that the network names correctly, 0 to 1. */
  double accuracy(DigitImages images) {
    Map<String, INDArray> inputs = Map.of("image", images(images), "labels", labels(images));
    INDArray best = graph.outputSingle(inputs, "logits").argMax(1);
    int right = 0;
    for (int n = 0; n < images.count(); n++) {
      if (best.getInt(n) == images.labels()[n]) {
        right++;
      }
    }
    return (double) right / images.count();
  }

  /** The parameters by name, row major; copies. */
  Map<String, float[]> parameters() {
    Map<String, float[]> values = new HashMap<>();
    for (String name : parameters) {
      values.put(name, graph.getVariable(name).getArr().dup('c').data().asFloat().clone());
    }
    return values;
  }

  private static INDArray images(DigitImages images) {
    float[] values = new float[images.pixels().length];
    for (int i = 0; i < values.length; i++) {
      double pixel = Byte.toUnsignedInt(images.pixels()[i]);
      values[i] = (float) ((pixel - DigitsExample.MEAN) / DigitsExample.STD);
    }
    return Nd4j.createFromArray(values)
        .reshape(images.count(), 1, DigitImages.SIZE, DigitImages.SIZE);
  }

  private static INDArray labels(DigitImages images) {
    INDArray oneHot = Nd4j.zeros(DataType.FLOAT, images.count(), 10);
    for (int n = 0; n < images.count(); n++) {
      oneHot.putScalar(n, images.labels()[n], 1);
    }
    return oneHot;
  }
}
