package lutmac.api;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;
import lutmac.network.BadInputException;
import lutmac.network.file.InputFile;
import lutmac.network.file.Sha256;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.onnx.lut.QuantizedOnnx;
import lutmac.onnx.model.ExternalData;
import lutmac.onnx.reader.OnnxReader;

/**
 * The float model that is quantized, and the one behind a quantized file: its path relative to that
 * file, and its hash, stand in the file's provenance, so that {@code evaluate} can run both.
 */
public final class FloatModel {
  private static final String PATH = "float.path";
  private static final String SHA256 = "float.sha256";
  private static final String SHAPE = "float.inputShape";

  private FloatModel() {}

  /**
   * The float network in a file.
   *
   * @param inputShape shape of its input, if the model leaves that open
   * @throws BadInputException if it cannot be read, or is one that lutmac has quantized
   */
  public static OnnxReader.Imported read(Path model, Optional<List<Integer>> inputShape) {
    if (QuantizedOnnx.isOwn(model)) {
      throw new BadInputException(
          "%s: lutmac has quantized this network already: evaluate, generate and export take it as it is; give the float network to quantize it otherwise"
              .formatted(model));
    }
    return OnnxReader.readWithNotes(model, inputShape);
  }

  /**
   * The network with a note of where its float model is, seen from {@code quantizedFile}.
   *
   * @param inputShape shape of its input, if the model leaves that open
   */
  static QuantizedNetwork remember(
      QuantizedNetwork network,
      Path floatModel,
      Optional<List<Integer>> inputShape,
      Path quantizedFile) {
    Map<String, String> provenance = new TreeMap<>(network.provenance());
    Path from = quantizedFile.toAbsolutePath().normalize().getParent();
    provenance.put(PATH, from.relativize(floatModel.toAbsolutePath().normalize()).toString());
    provenance.put(SHA256, sha256(floatModel));
    inputShape.ifPresent(
        shape ->
            provenance.put(
                SHAPE, shape.stream().map(String::valueOf).collect(Collectors.joining(","))));
    return new QuantizedNetwork(
        network.name(),
        network.input(),
        network.layers(),
        network.outputs(),
        network.rounding(),
        provenance);
  }

  /** Shape of the model's input, if it was given beside the model. */
  public static Optional<List<Integer>> inputShape(QuantizedNetwork network) {
    return Optional.ofNullable(network.provenance().get(SHAPE)).map(InputExtents::parsed);
  }

  /** Whether the file says which float model it was made of. */
  public static boolean isRemembered(QuantizedNetwork network) {
    return network.provenance().containsKey(PATH);
  }

  /** The remembered model, if it is still there and the same. */
  public static Optional<Path> of(QuantizedNetwork network, Path quantizedFile) {
    String path = network.provenance().get(PATH);
    if (path == null) {
      return Optional.empty();
    }
    Path model;
    try {
      model = quantizedFile.toAbsolutePath().normalize().resolveSibling(path).normalize();
    } catch (InvalidPathException e) {
      return Optional.empty();
    }
    return Files.isReadable(model) && isTheSame(model, network.provenance().get(SHA256))
        ? Optional.of(model)
        : Optional.empty();
  }

  private static boolean isTheSame(Path model, String hash) {
    try {
      return sha256(model).equals(hash);
    } catch (BadInputException e) {
      // It is another file by now, or has lost its weights.
      return false;
    }
  }

  /** Hash of the model and of the files beside it that hold its weights. */
  private static String sha256(Path file) {
    try {
      MessageDigest digest = Sha256.digest();
      digest.update(InputFile.bytes(file));
      for (Path weights : ExternalData.files(file)) {
        update(digest, weights);
      }
      return Sha256.hex(digest);
    } catch (IOException e) {
      throw new BadInputException("cannot read %s: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static void update(MessageDigest digest, Path file) throws IOException {
    byte[] part = new byte[1 << 16];
    try (InputStream in = InputFile.stream(file)) {
      for (int read = in.read(part); read >= 0; read = in.read(part)) {
        digest.update(part, 0, read);
      }
    }
  }
}
