package lutmac.cli;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import lutmac.api.Evaluation;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;
import lutmac.runtime.measure.OutputDeviation;

/**
 * The result of an evaluation, for machines.
 *
 * @param figures of both networks against the labels, {@code top1FloatPercent} and {@code
 *     top1QuantizedPercent}; null for a float network that is not there
 * @param outputs empty without the float network
 */
record EvaluationJson(
    String network, int images, @JsonAnyGetter Map<String, Double> figures, List<Output> outputs) {

  /**
   * How far an output is from the float network's.
   *
   * @param kind {@code classes}, {@code class map} or {@code values}
   * @param sqnrDb null where it is exact
   * @param psnrDb null where it is exact, or no image
   * @param agreementPercent null where there are no classes
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Output(
      String name,
      String kind,
      Double sqnrDb,
      double meanSquaredError,
      double largestError,
      Double psnrDb,
      Double agreementPercent) {}

  static EvaluationJson of(
      QuantizedNetwork network, Evaluation evaluation, Evaluation.Result result) {
    Map<String, Double> figures = new LinkedHashMap<>();
    for (int i = 0; i < result.quantized().size(); i++) {
      String name = result.quantized().get(i).name();
      figures.put(
          name + "FloatPercent",
          result.floating().isEmpty() ? null : result.floating().get(i).value());
      figures.put(name + "QuantizedPercent", result.quantized().get(i).value());
    }
    List<Output> outputs = new ArrayList<>();
    for (int o = 0; o < result.deviations().size(); o++) {
      Tensor output = network.outputs().get(o);
      OutputDeviation deviation = result.deviations().get(o);
      outputs.add(
          new Output(
              output.name(),
              evaluation.kind(output).title(),
              value(deviation.sqnr()),
              deviation.meanSquaredError(),
              deviation.largestError(),
              value(deviation.psnr()),
              value(deviation.agreement())));
    }
    return new EvaluationJson(network.name(), evaluation.images(), figures, outputs);
  }

  private static Double value(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }
}
