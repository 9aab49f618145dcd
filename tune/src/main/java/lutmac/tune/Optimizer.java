package lutmac.tune;

import java.util.List;
import lutmac.tune.parameter.TrainableParameter;
import lutmac.tune.task.TuneOptions;

/** Moves the parameters against their gradients, at rates that fall to zero along half a cosine. */
final class Optimizer {
  private final List<TrainableParameter> parameters;
  private final TuneOptions.Rates rates;
  private final double planned;
  private int updates;

  /**
   * @param planned updates of the whole training
   */
  Optimizer(List<TrainableParameter> parameters, TuneOptions.Rates rates, double planned) {
    this.parameters = List.copyOf(parameters);
    this.rates = rates;
    this.planned = planned;
  }

  /** Updates so far. */
  int updates() {
    return updates;
  }

  /** Goes on behind the updates of an earlier run. */
  void resume(int done) {
    updates = done;
  }

  /**
   * One update.
   *
   * @param gradients of every parameter
   * @param share of the learning rates
   */
  void update(List<float[]> gradients, double share) {
    double annealed = (1 + Math.cos(Math.PI * (updates / planned))) / 2;
    updates++;
    for (int i = 0; i < parameters.size(); i++) {
      TrainableParameter parameter = parameters.get(i);
      parameter.update(gradients.get(i), share * annealed * rate(parameter.kind()), updates);
    }
  }

  private double rate(TrainableParameter.Kind kind) {
    return switch (kind) {
      case WEIGHT -> rates.weights();
      case LEVEL -> rates.levels();
      case BIAS -> rates.biases();
      case SCALE -> rates.scales();
    };
  }
}
