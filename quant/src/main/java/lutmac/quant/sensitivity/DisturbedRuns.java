package lutmac.quant.sensitivity;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import lutmac.quant.calib.ActivationRounding;
import lutmac.quant.fuse.FloatRun;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.study.Study;
import lutmac.runtime.exec.FloatStep;
import lutmac.runtime.measure.ResultDivergence;

/**
 * What errors at one place do to the float network's result: a disturbed feature map replaces the
 * right one, what the next layers make up for by themselves is taken back ({@link ChannelFit}), the
 * rest of the network runs, and the results are compared ({@link ResultDivergence}).
 */
public final class DisturbedRuns {
  private final Study study;
  private final ResultDivergence divergence;

  /** Runs on the study's calibration images. */
  public DisturbedRuns(Study study) {
    this.study = study;
    this.divergence = study.divergence();
  }

  /** Something that changes one layer's feature map. */
  public sealed interface Disturbance {
    FusedLayer.Linear layer();

    /**
     * The disturbed feature map, {@code [C, H, W]}.
     *
     * @param maps the float network's, by name
     */
    float[] disturbed(Map<String, float[]> maps);
  }

  /** A layer with other weights and biases. */
  record OfWeights(FusedLayer.Linear layer, FloatStep step) implements Disturbance {

    /**
     * @param layer with those weights and biases
     */
    static OfWeights of(FusedLayer.Linear layer) {
      return new OfWeights(layer, FloatRun.step(layer));
    }

    @Override
    public float[] disturbed(Map<String, float[]> maps) {
      return step.apply(maps);
    }
  }

  /** A feature map that is rounded to a format. */
  public record OfActivation(FusedLayer.Linear layer, ActivationRounding rounding)
      implements Disturbance {
    @Override
    public float[] disturbed(Map<String, float[]> maps) {
      return rounding.apply(maps.get(layer.output()));
    }
  }

  /**
   * Images for which so many disturbances take about so many multiply-accumulates.
   *
   * @param least images that are taken in any case, if there are so many
   */
  public int images(int disturbances, double macs, int least, int most) {
    // On average half of the network is behind a disturbance.
    double each = Math.max(1, study.macs() * (1 + disturbances / 2.0));
    return (int) Math.min(study.data().count(), Math.max(least, Math.min(most, macs / each)));
  }

  /** Mean divergence of every disturbance over the first images. */
  public double[] divergences(
      List<? extends Disturbance> disturbances, int images, String phase, PhaseProgress progress) {
    progress.report(phase, 0, images);
    List<ChannelFit> fits = fits(disturbances, images);
    AtomicInteger finished = new AtomicInteger();
    double[][] parts =
        IntStream.range(0, images)
            .parallel()
            .mapToObj(
                n -> {
                  double[] part = divergencesOf(n, disturbances, fits);
                  synchronized (finished) {
                    progress.report(phase, finished.incrementAndGet(), images);
                  }
                  return part;
                })
            .toArray(double[][]::new);
    double[] mean = new double[disturbances.size()];
    for (double[] part : parts) {
      for (int d = 0; d < mean.length; d++) {
        mean[d] += part[d] / images;
      }
    }
    return mean;
  }

  /** Added up image by image: sums must not depend on threads. */
  private List<ChannelFit> fits(List<? extends Disturbance> disturbances, int images) {
    List<List<ChannelFit.Sums>> parts =
        IntStream.range(0, images)
            .parallel()
            .mapToObj(
                n -> {
                  Map<String, float[]> maps = maps(n);
                  return disturbances.stream().map(d -> sums(d, maps)).toList();
                })
            .toList();
    List<ChannelFit> fits = new ArrayList<>();
    for (int d = 0; d < disturbances.size(); d++) {
      ChannelFit.Sums all = parts.get(0).get(d);
      for (List<ChannelFit.Sums> part : parts.subList(1, images)) {
        all.add(part.get(d));
      }
      fits.add(all.fit());
    }
    return fits;
  }

  private static ChannelFit.Sums sums(Disturbance disturbance, Map<String, float[]> maps) {
    ChannelFit.Sums sums = new ChannelFit.Sums(disturbance.layer().outChannels());
    sums.add(maps.get(disturbance.layer().output()), disturbance.disturbed(maps));
    return sums;
  }

  private Map<String, float[]> maps(int image) {
    Map<String, float[]> maps = new HashMap<>();
    maps.put(study.inputName(), study.data().real(image));
    study.run().run(0, study.layers().size(), maps);
    return maps;
  }

  private double[] divergencesOf(
      int image, List<? extends Disturbance> disturbances, List<ChannelFit> fits) {
    Map<String, float[]> maps = maps(image);
    float[][] wanted = study.results(maps);
    double[] divergences = new double[disturbances.size()];
    for (int d = 0; d < divergences.length; d++) {
      Disturbance disturbance = disturbances.get(d);
      String changed = disturbance.layer().output();
      float[] map = disturbance.disturbed(maps);
      // Behind an output there is nothing that could make up for anything.
      if (!study.outputs().contains(changed)) {
        fits.get(d).apply(map);
      }
      Map<String, float[]> disturbed = new HashMap<>(maps);
      disturbed.put(changed, map);
      study.run().update(changed, disturbed);
      divergences[d] = divergence.of(wanted, study.results(disturbed));
    }
    return divergences;
  }
}
