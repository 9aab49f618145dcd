package lutmac.runtime.measure;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import lutmac.runtime.image.Labels;

/**
 * Area under the ROC curve of anomaly scores: the share of pairs of an anomaly and a normal image
 * in which the anomaly has the higher score, equal ones half. The score is the mean squared
 * difference of input and output where they have one size (an autoencoder), else the output's only
 * value.
 */
public final class AnomalyRanking implements LabelMeasure {
  private record Scored(double score, boolean anomaly) {}

  private final Labels labels;
  private final List<Scored> all = new ArrayList<>();

  /**
   * @param labels 0 normal, 1 anomaly
   */
  public AnomalyRanking(Labels labels) {
    this.labels = labels;
  }

  @Override
  public void add(int image, float[] input, double[] output) {
    double score = output[0];
    if (output.length == input.length) {
      score = 0;
      for (int i = 0; i < output.length; i++) {
        score += (input[i] - output[i]) * (input[i] - output[i]) / output.length;
      }
    }
    all.add(new Scored(score, labels.values()[image] != 0));
  }

  @Override
  public List<Figure> figures() {
    List<Scored> sorted = new ArrayList<>(all);
    sorted.sort(Comparator.comparingDouble(Scored::score));
    double won = 0;
    long normal = 0;
    long anomalies = 0;
    for (int from = 0; from < sorted.size(); ) {
      long equalNormal = 0;
      long equalAnomalies = 0;
      int to = from;
      while (to < sorted.size() && sorted.get(to).score() == sorted.get(from).score()) {
        equalAnomalies += sorted.get(to).anomaly() ? 1 : 0;
        equalNormal += sorted.get(to).anomaly() ? 0 : 1;
        to++;
      }
      won += equalAnomalies * (normal + equalNormal / 2.0);
      normal += equalNormal;
      anomalies += equalAnomalies;
      from = to;
    }
    // An area needs both kinds; a run may end before it has seen them.
    if (normal == 0 || anomalies == 0) {
      return List.of();
    }
    return List.of(new Figure("auc", "AUC %", 100 * won / ((double) normal * anomalies)));
  }
}
