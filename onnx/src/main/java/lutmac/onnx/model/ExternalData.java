package lutmac.onnx.model;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.GraphProto;
import ai.onnx.proto.OnnxMl.ModelProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import ai.onnx.proto.OnnxMl.StringStringEntryProto;
import ai.onnx.proto.OnnxMl.TensorProto;
import com.google.protobuf.ByteString;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Stream;
import lutmac.network.BadInputException;
import lutmac.network.file.InputFile;

/**
 * Tensors whose values lie in files beside the model, as exporters write them that keep the graph
 * small. A file outside the model's folder, also one behind a link, is never opened: a model must
 * not read what its user did not hand over.
 *
 * @see <a href="https://github.com/onnx/onnx/blob/main/docs/ExternalData.md">the format</a>
 */
public final class ExternalData {
  private final Path model;
  private final Map<Path, FileChannel> open = new HashMap<>();

  private ExternalData(Path model) {
    this.model = model;
  }

  /**
   * The model with all values in itself.
   *
   * @param file that the model was read from
   * @throws BadInputException if values lie outside the folder, or where no file holds them
   */
  static ModelProto taken(Path file, ModelProto model) {
    if (tensors(model.getGraph()).noneMatch(ExternalData::isExternal)) {
      return model;
    }
    ExternalData data = new ExternalData(file);
    try {
      GraphProto.Builder graph = model.getGraph().toBuilder();
      graph.getInitializerBuilderList().forEach(data::take);
      for (NodeProto.Builder node : graph.getNodeBuilderList()) {
        for (AttributeProto.Builder attribute : node.getAttributeBuilderList()) {
          if (attribute.hasT()) {
            data.take(attribute.getTBuilder());
          }
        }
      }
      return model.toBuilder().setGraph(graph).build();
    } finally {
      data.close();
    }
  }

  /**
   * The files beside a model that hold values of it, in the order of their names.
   *
   * @throws BadInputException if the model cannot be read or names a file outside its folder
   */
  public static List<Path> files(Path model) {
    SortedSet<Path> files = new TreeSet<>();
    ExternalData data = new ExternalData(model);
    tensors(OnnxModel.parse(model).getGraph())
        .filter(ExternalData::isExternal)
        .forEach(tensor -> files.add(data.file(tensor.getName(), entries(tensor))));
    return List.copyOf(files);
  }

  private static Stream<TensorProto> tensors(GraphProto graph) {
    List<TensorProto> tensors = new ArrayList<>(graph.getInitializerList());
    for (NodeProto node : graph.getNodeList()) {
      node.getAttributeList().stream()
          .filter(AttributeProto::hasT)
          .map(AttributeProto::getT)
          .forEach(tensors::add);
    }
    return tensors.stream();
  }

  private static boolean isExternal(TensorProto tensor) {
    return tensor.getDataLocation() == TensorProto.DataLocation.EXTERNAL;
  }

  private static Map<String, String> entries(TensorProto tensor) {
    Map<String, String> entries = new HashMap<>();
    for (StringStringEntryProto entry : tensor.getExternalDataList()) {
      entries.put(entry.getKey(), entry.getValue());
    }
    return entries;
  }

  private void take(TensorProto.Builder tensor) {
    TensorProto built = tensor.build();
    if (!isExternal(built)) {
      return;
    }
    Map<String, String> entries = entries(built);
    String name = tensor.getName();
    Path file = file(name, entries);
    try {
      FileChannel channel = open.get(file);
      if (channel == null) {
        channel = InputFile.channel(file);
        open.put(file, channel);
      }
      long size = channel.size();
      long offset = number(name, entries, "offset", 0);
      long length = number(name, entries, "length", Math.max(0, size - offset));
      if (offset > size || length > size - offset) {
        throw bad(
            name,
            "bytes %d to %d of %s, which has %d; it may be truncated or of another export: copy it again"
                .formatted(offset, offset + length, file.getFileName(), size));
      }
      if (length > Integer.MAX_VALUE - 8) {
        throw bad(name, "%d bytes of %s, more than a tensor can have".formatted(length, file));
      }
      ByteBuffer bytes = ByteBuffer.allocate((int) length);
      while (bytes.hasRemaining() && channel.read(bytes, offset + bytes.position()) >= 0) {
        // As many reads as it takes.
      }
      tensor
          .setRawData(ByteString.copyFrom(bytes.flip()))
          .clearExternalData()
          .setDataLocation(TensorProto.DataLocation.DEFAULT);
    } catch (IOException e) {
      throw new BadInputException("%s: cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  /** The file that holds a tensor's values. */
  private Path file(String name, Map<String, String> entries) {
    String location = entries.getOrDefault("location", "");
    if (location.isEmpty()) {
      throw bad(name, "another file, but the model does not say which; export it again");
    }
    try {
      Path folder = model.toAbsolutePath().getParent().toRealPath();
      Path file = folder.resolve(location.replace('\\', '/')).normalize();
      if (Path.of(location).isAbsolute() || !file.startsWith(folder)) {
        throw outside(name, location);
      }
      if (!Files.exists(file)) {
        throw bad(
            name,
            "'%s', and there is no such file beside the model; copy it there".formatted(location));
      }
      Path real = file.toRealPath();
      if (!real.startsWith(folder)) {
        throw outside(name, location);
      }
      if (!Files.isRegularFile(real)) {
        throw bad(name, "'%s', which is no file".formatted(location));
      }
      return real;
    } catch (InvalidPathException e) {
      throw bad(name, "'%s', which is no file name".formatted(location));
    } catch (IOException e) {
      throw new BadInputException(
          "%s: the folder of the model cannot be read: %s".formatted(model, e.getMessage()), e);
    }
  }

  private BadInputException outside(String name, String location) {
    return bad(
        name,
        "'%s', outside the model's folder; copy that file beside the model, or save the model as one file"
            .formatted(location));
  }

  private BadInputException bad(String name, String where) {
    return new BadInputException(
        "%s: initializer '%s' keeps its values in another file (external data): %s"
            .formatted(model, name, where));
  }

  private long number(String name, Map<String, String> entries, String key, long absent) {
    String text = entries.get(key);
    if (text == null || text.isEmpty()) {
      return absent;
    }
    try {
      long number = Long.parseLong(text);
      if (number >= 0) {
        return number;
      }
    } catch (NumberFormatException e) {
      // Refused like a negative one.
    }
    throw bad(name, "at %s '%s', which is no such number; export it again".formatted(key, text));
  }

  private void close() {
    for (FileChannel channel : open.values()) {
      try {
        channel.close();
      } catch (IOException e) {
        throw new BadInputException("%s: cannot be closed: %s".formatted(model, e.getMessage()), e);
      }
    }
  }
}
