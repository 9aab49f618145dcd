package lutmac.quant.sensitivity;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lutmac.quant.calib.ActivationRounding;
import lutmac.quant.calib.ActivationStatistics;
import lutmac.quant.fit.WeightLosses;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.result.Sensitivity;
import lutmac.quant.study.Study;

/**
 * Measures sensitivities: disturbs one layer's weights or one feature map of the float network by
 * the errors of one format ({@link DisturbedRuns}). All other formats follow from the ratio of
 * their error energies, fixed-point ones from a fixed-point disturbance and logarithmic ones from a
 * logarithmic one.
 */
public final class SensitivityProbe {
  /** Multiply-accumulates that a measurement may take. */
  private static final double MACS = 2.5e11;

  private static final int LEAST_IMAGES = 16;
  private static final int MOST_IMAGES = 256;

  /** Formats whose errors disturb a feature map. */
  private static final ActivationFormat FIXED_REFERENCE = ActivationFormat.Fixed.of(4);

  private static final ActivationFormat LOG_REFERENCE = ActivationFormat.Log.of(4, 1);

  private final Study study;
  private final DisturbedRuns runs;

  /** Measures on the study's calibration images. */
  public SensitivityProbe(Study study) {
    this.study = study;
    this.runs = new DisturbedRuns(study);
  }

  /**
   * A group of feature maps in one format.
   *
   * @param leader of the group
   */
  private record Reference(String leader, ActivationFormat format) {}

  /**
   * What every format is expected to do to the result.
   *
   * @param weights losses of the weight formats by layer; layers that are not in it are left alone
   * @param activationFormats that feature maps may get; none or one: feature maps are not measured
   */
  public Sensitivity measure(
      Map<String, WeightLosses> weights,
      List<ActivationFormat> activationFormats,
      PhaseProgress progress) {
    List<DisturbedRuns.Disturbance> disturbances = new ArrayList<>();
    List<String> ofLayer = new ArrayList<>();
    List<Reference> ofGroup = new ArrayList<>();
    for (FusedLayer.Linear layer : study.linearLayers()) {
      if (weights.containsKey(layer.name())) {
        disturbances.add(DisturbedRuns.OfWeights.of(weights.get(layer.name()).disturbed()));
        ofLayer.add(layer.name());
      }
    }
    for (FusedLayer.Linear layer : study.linearLayers()) {
      if (activationFormats.size() > 1 && !study.returnsSums(layer)) {
        String leader = study.leader(layer);
        for (ActivationFormat reference : references(leader, activationFormats)) {
          disturbances.add(new DisturbedRuns.OfActivation(layer, best(study, leader, reference)));
          ofGroup.add(new Reference(leader, reference));
        }
      }
    }
    int images = runs.images(disturbances.size(), MACS, LEAST_IMAGES, MOST_IMAGES);
    double[] divergence = runs.divergences(disturbances, images, "sensitivities", progress);

    Map<String, Map<WeightFormat, Double>> byWeights = new LinkedHashMap<>();
    for (int d = 0; d < ofLayer.size(); d++) {
      WeightLosses losses = weights.get(ofLayer.get(d));
      double perLoss = ratio(divergence[d], losses.losses().get(losses.reference()));
      Map<WeightFormat, Double> byFormat = new LinkedHashMap<>();
      losses.losses().forEach((format, loss) -> byFormat.put(format, perLoss * loss));
      byWeights.put(ofLayer.get(d), byFormat);
    }
    Map<Reference, Double> measured = new LinkedHashMap<>();
    for (int g = 0; g < ofGroup.size(); g++) {
      measured.merge(ofGroup.get(g), divergence[ofLayer.size() + g], Double::sum);
    }
    return new Sensitivity(byWeights, byFormats(measured, activationFormats), images);
  }

  private List<ActivationFormat> references(String leader, List<ActivationFormat> formats) {
    boolean logarithmic =
        !study.groups().signed(leader) && !formats.stream().allMatch(ActivationFormat::uniform);
    return logarithmic ? List.of(FIXED_REFERENCE, LOG_REFERENCE) : List.of(FIXED_REFERENCE);
  }

  /** What every format is expected to cost every group of feature maps. */
  private Map<String, Map<ActivationFormat, Double>> byFormats(
      Map<Reference, Double> measured, List<ActivationFormat> formats) {
    Map<String, Map<ActivationFormat, Double>> expected = new LinkedHashMap<>();
    measured.keySet().forEach(group -> expected.putIfAbsent(group.leader(), new LinkedHashMap<>()));
    for (ActivationFormat format : formats) {
      // Feature maps are scaled for the bits that they get.
      Study scaled = study.scaledFor(format);
      ActivationFormat reference = format.uniform() ? FIXED_REFERENCE : LOG_REFERENCE;
      expected.forEach(
          (leader, byFormat) -> {
            Double divergence = measured.get(new Reference(leader, reference));
            if (divergence != null) {
              double perError = ratio(divergence, error(study, leader, reference));
              byFormat.put(format, perError * error(scaled, leader, format));
            }
          });
    }
    return expected;
  }

  private static double ratio(double divergence, double loss) {
    return loss > 0 ? divergence / loss : 0;
  }

  private static ActivationRounding best(Study study, String leader, ActivationFormat format) {
    return ActivationRounding.of(
        study.ranked(leader, format).get(0).format(), study.groups().ceiling(leader));
  }

  /**
   * Squared error that a format leaves in a group of feature maps after what the next layers make
   * up for, relative to the feature maps' energy.
   */
  private static double error(Study study, String leader, ActivationFormat format) {
    ActivationRounding rounding = best(study, leader, format);
    double energy = 0;
    double error = 0;
    for (String member : study.groups().of(leader)) {
      ActivationStatistics map = study.statistics().get(member);
      float[][] samples = map.samples();
      ChannelFit.Sums sums = new ChannelFit.Sums(samples.length);
      for (int c = 0; c < samples.length; c++) {
        sums.add(c, samples[c], rounding.apply(samples[c]), 0, samples[c].length);
      }
      error += sums.residual();
      energy += map.energy();
    }
    return energy > 0 ? error / energy : 0;
  }
}
