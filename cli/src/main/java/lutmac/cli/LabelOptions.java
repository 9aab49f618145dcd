package lutmac.cli;

import java.util.Optional;
import lutmac.api.EvaluationLabels;
import lutmac.api.files.FileInput;
import picocli.CommandLine.Option;

/** What a network's first output is held to. */
final class LabelOptions {
  @Option(
      names = "--labels",
      paramLabel = "FILE",
      description =
          "What is right, for every image of --data. One integer an image (.npy or .npz [N], or the"
              + " column of a .csv that is headed label, class or target, else its last): its class,"
              + " for top-1; or, where the network gives one value or its input again, 0 normal and"
              + " 1 anomaly, for the AUC. One integer a pixel (.npy or .npz [N, H, W]; 255 and -1 do"
              + " not count): for accuracy by pixel and mean IoU.")
  private FileInput labels;

  @Option(
      names = "--threshold",
      defaultValue = "0",
      paramLabel = "T",
      description =
          "With label maps and an output of one channel: the least value of class 1. 0 suits logits"
              + " (a final Sigmoid is left out).")
  private double threshold;

  /**
   * The labels, if they are given.
   *
   * @throws lutmac.network.BadInputException if the file holds none
   */
  Optional<EvaluationLabels> read() {
    return FileInput.pathOf(labels).map(file -> EvaluationLabels.read(file, threshold));
  }
}
