package lutmac.cli;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import lutmac.api.FloatModel;
import lutmac.api.files.NetworkOutput;
import lutmac.network.BadInputException;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.onnx.lut.QuantizedOnnx;
import lutmac.onnx.reader.OnnxReader;
import lutmac.quant.plan.yaml.FormatsFile;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.study.PreparedNetwork;

/**
 * What {@code analyze} quantizes: a float network as the options say, or the float network of one
 * that is quantized already, with the formats that lie beside that.
 *
 * @param quantized the network that must come of it; empty if it is for the options to say
 */
record AnalyzedNetwork(
    FloatNetwork network,
    Preprocessing preparation,
    QuantizeOptions options,
    Optional<QuantizedNetwork> quantized) {

  /** A float network. */
  static AnalyzedNetwork of(
      Path model,
      Optional<List<Integer>> inputShape,
      Preprocessing given,
      QuantizeOptions options,
      Output result) {
    OnnxReader.Imported imported = FloatModel.read(model, inputShape);
    imported.notes().forEach(result::note);
    PreparedNetwork prepared = PreparedNetwork.of(imported.network(), given);
    prepared.note().ifPresent(result::note);
    return new AnalyzedNetwork(
        prepared.network(), prepared.preprocessing(), options, Optional.empty());
  }

  /**
   * The float network of one of lutmac's.
   *
   * @param file that {@code quantize} wrote
   * @throws BadInputException if its float network or its formats are not where they were
   */
  static AnalyzedNetwork ofQuantized(NetworkOutput file, QuantizeOptions options) {
    QuantizedNetwork quantized = QuantizedOnnx.read(file.path());
    Path model =
        FloatModel.of(quantized, file.path())
            .orElseThrow(
                () ->
                    new BadInputException(
                        "%s: the float model that it is made of is not where it was, or has changed; give the float model with --formats %s"
                            .formatted(file.path(), file.formats())));
    if (!Files.exists(file.formats())) {
      throw new BadInputException(
          "%s: its formats are not beside it (%s); give the float model %s, and the options that it was quantized with"
              .formatted(file.path(), file.formats(), model));
    }
    FloatNetwork network =
        PreparedNetwork.of(
                OnnxReader.readWithNotes(model, FloatModel.inputShape(quantized)).network(),
                Preprocessing.none())
            .network();
    return new AnalyzedNetwork(
        network,
        quantized.input().preprocessing(),
        options.withPins(FormatsFile.read(file.formats())).withRounding(quantized.rounding()),
        Optional.of(quantized));
  }

  /**
   * Holds what was quantized against what it must be.
   *
   * @throws BadInputException if it is another network: its figures would not be this one's
   */
  void check(Path file, QuantizedNetwork made) {
    if (quantized.isPresent() && !Arrays.equals(bytes(quantized.get()), bytes(made))) {
      throw new BadInputException(
          "%s: with its formats these calibration images give another network; give the ones (and --calib-count, --without) that it was quantized with. What --tune has trained cannot be analyzed; 'lutmac evaluate' measures it"
              .formatted(file));
    }
  }

  /** All that computes, without where it comes from. */
  private static byte[] bytes(QuantizedNetwork network) {
    return QuantizedOnnx.toBytes(
        new QuantizedNetwork(
            network.name(),
            network.input(),
            network.layers(),
            network.outputs(),
            network.rounding(),
            Map.of()));
  }
}
