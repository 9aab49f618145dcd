package lutmac.onnx.lut;

import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.OperatorSetIdProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.google.protobuf.InvalidProtocolBufferException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import lutmac.network.BadInputException;
import lutmac.network.file.InputFile;
import lutmac.network.file.WholeFile;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.onnx.qdq.QdqReader;
import lutmac.onnx.qoperator.QuantizedNodes;

/**
 * The quantized network as a file: a standard ONNX model (opset 13) that any runtime executes with
 * exactly the integers' results, and a description in its metadata from which the network is read
 * back.
 *
 * <p>Input: the codes of the network's input, uint8 or int8 {@code [N, C, H, W]}, named as in the
 * float model. Outputs: {@code accumulator * 2^-frac} or {@code code * 2^-frac}, {@code [N, C]} (or
 * {@code [N, C, H, W]} where that has more than one pixel), float32 if that holds every possible
 * accumulator exactly, else float64. Inner feature maps are float32 values {@code code * 2^-frac}
 * that carry the feature map's name.
 */
public final class QuantizedOnnx {
  /** Metadata key of the description. */
  public static final String METADATA_KEY = "lutmac.network";

  private static final int OPSET = 13;
  private static final int IR_VERSION = 7;
  private static final String PRODUCER = "lutmac";

  private QuantizedOnnx() {}

  /** The bytes of the network's file; the same network always gives the same. */
  public static byte[] toBytes(QuantizedNetwork network) {
    return toModel(network).toByteArray();
  }

  /**
   * The network as an ONNX model; the same network always gives the same bytes.
   *
   * @throws IllegalArgumentException if the network contradicts itself (shapes, formats, fractions)
   */
  public static ModelProto toModel(QuantizedNetwork network) {
    LutGraph.Result result = LutGraph.of(network);
    NetworkDescription description = NetworkDescription.of(network, result.arrays());
    return ModelProto.newBuilder()
        .setIrVersion(IR_VERSION)
        .setProducerName(PRODUCER)
        .setDomain(PRODUCER)
        .setDocString("Input: integer codes. Every operator is exact; see metadata " + METADATA_KEY)
        .addOpsetImport(OperatorSetIdProto.newBuilder().setDomain("").setVersion(OPSET))
        .setGraph(result.graph())
        .addMetadataProps(
            StringStringEntryProto.newBuilder().setKey(METADATA_KEY).setValue(description.json()))
        .build();
  }

  /**
   * Writes the file; where that fails, an older file of this name stays as it was.
   *
   * @throws BadInputException if the file cannot be written
   */
  public static void write(QuantizedNetwork network, Path file) {
    WholeFile.write(toModel(network).toByteArray(), file);
  }

  /**
   * Whether a file holds a quantized network, ours or another tool's, rather than a float one.
   *
   * @throws BadInputException if it cannot be read or is no ONNX file
   */
  public static boolean isOne(Path file) {
    ModelProto model = parse(file);
    return description(model).isPresent() || QuantizedNodes.anyIn(model);
  }

  /** Whether a file was made by {@link #write}; false for what is no ONNX file at all. */
  public static boolean isOwn(Path file) {
    try {
      return description(ModelProto.parseFrom(InputFile.bytes(file))).isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Reads a file that {@link #write} made, or, by {@link QdqReader}, one that another tool
   * quantized with power-of-two scales, whose input then takes pixels as they are.
   *
   * @throws BadInputException if it is missing, truncated, not such a file, or if its graph is not
   *     the one that its description implies
   */
  public static QuantizedNetwork read(Path file) {
    return read(file, Optional.empty()).network();
  }

  /**
   * The same for a caller that wants the bytes, too, and the file read once.
   *
   * @param seen is handed the file's bytes before anything is made of them
   */
  public static QuantizedNetwork read(Path file, Consumer<byte[]> seen) {
    return read(file, parse(file, seen), Optional.empty()).network();
  }

  /**
   * The same with another preprocessing, which only a file of another tool lacks.
   *
   * @throws BadInputException also if the file has one of its own
   */
  public static QuantizedNetwork read(Path file, Preprocessing preprocessing) {
    return read(file, Optional.of(preprocessing)).network();
  }

  /**
   * The same with what a user should know of a file of another tool.
   *
   * @param preprocessing absent where none is given beside the file
   * @throws BadInputException as {@link #read(Path, Preprocessing)}
   */
  public static QdqReader.Imported read(Path file, Optional<Preprocessing> preprocessing) {
    return read(file, parse(file), preprocessing);
  }

  private static QdqReader.Imported read(
      Path file, ModelProto model, Optional<Preprocessing> preprocessing) {
    Optional<String> json = description(model);
    if (json.isPresent()) {
      if (preprocessing.isPresent()) {
        throw new BadInputException(
            "%s: made by lutmac, with its preprocessing in itself; leave out --mean, --std, --bgr, --crop and --label-offset"
                .formatted(file));
      }
      return new QdqReader.Imported(described(file, model, json.get()), List.of());
    }
    if (!QuantizedNodes.anyIn(model)) {
      throw new BadInputException(
          "%s: not a quantized network; make one with 'lutmac quantize'".formatted(file));
    }
    return QdqReader.readWithNotes(file, preprocessing.orElseGet(Preprocessing::none));
  }

  private static QuantizedNetwork described(Path file, ModelProto model, String json) {
    try {
      int version = NetworkDescription.versionOf(json);
      if (version != NetworkDescription.VERSION) {
        throw new BadInputException(
            "%s: has format version %d, this lutmac reads version %d; quantize the float network again"
                .formatted(file, version, NetworkDescription.VERSION));
      }
      NetworkDescription description = NetworkDescription.parse(json);
      if (!description.otherLogarithms().isEmpty()) {
        throw new BadInputException(
            "%s: logarithmic codes of an older lutmac stand for other values than today's (%s); quantize the float network again"
                .formatted(file, String.join(", ", description.otherLogarithms())));
      }
      QuantizedNetwork network = description.network(new Initializers(model));
      ModelProto expected = toModel(network);
      if (!expected.getGraph().equals(model.getGraph())
          || !expected.getOpsetImportList().equals(model.getOpsetImportList())) {
        throw modified(file, "its graph is not the one its description implies", null);
      }
      return network;
    } catch (JsonProcessingException e) {
      throw modified(file, "its description is damaged", e);
    } catch (IllegalArgumentException
        | NullPointerException
        | IndexOutOfBoundsException
        | ArithmeticException e) {
      // The records' own checks: whatever they refuse, no lutmac has written.
      throw modified(file, "its description makes no network: " + e.getMessage(), e);
    }
  }

  private static BadInputException modified(Path file, String how, Exception cause) {
    return new BadInputException(
        "%s: the file was modified after it was quantized (%s); quantize the float network again"
            .formatted(file, how),
        cause);
  }

  private static ModelProto parse(Path file) {
    return parse(file, bytes -> {});
  }

  private static ModelProto parse(Path file, Consumer<byte[]> seen) {
    try {
      byte[] bytes = InputFile.bytes(file);
      seen.accept(bytes);
      return ModelProto.parseFrom(bytes);
    } catch (InvalidProtocolBufferException e) {
      throw new BadInputException(
          "%s: not an ONNX file, or a truncated or damaged one; quantize the float network again"
              .formatted(file),
          e);
    } catch (IOException e) {
      throw new BadInputException(
          "%s: cannot be read (%s); check the path".formatted(file, WholeFile.reason(e)), e);
    }
  }

  private static Optional<String> description(ModelProto model) {
    return model.getMetadataPropsList().stream()
        .filter(entry -> entry.getKey().equals(METADATA_KEY))
        .map(StringStringEntryProto::getValue)
        .findFirst();
  }

  /** The graph's initializers as the arrays that a description asks for. */
  private static final class Initializers implements LayerPart.ArraySource {
    private final Map<String, TensorProto> tensors = new HashMap<>();

    Initializers(ModelProto model) {
      model.getGraph().getInitializerList().forEach(t -> tensors.put(t.getName(), t));
    }

    private byte[] bytes(String name, TensorProto.DataType type) {
      TensorProto tensor = tensors.get(name);
      if (tensor == null || tensor.getDataType() != type.getNumber()) {
        throw new IllegalArgumentException("there is no %s initializer '%s'".formatted(type, name));
      }
      return tensor.getRawData().toByteArray();
    }

    @Override
    public List<Integer> table(String name) {
      List<Integer> levels = new ArrayList<>();
      for (byte level : bytes(name, TensorProto.DataType.INT8)) {
        levels.add((int) level);
      }
      return levels;
    }

    @Override
    public byte[] codes(String name) {
      return bytes(name, TensorProto.DataType.UINT8);
    }

    @Override
    public int[] bias(String name) {
      byte[] raw = bytes(name, TensorProto.DataType.INT32);
      int[] bias = new int[raw.length / Integer.BYTES];
      ByteBuffer.wrap(raw).order(ByteOrder.LITTLE_ENDIAN).asIntBuffer().get(bias);
      return bias;
    }
  }
}
