package lutmac.onnx.model;

import ai.onnx.proto.OnnxMl.AttributeProto;
import ai.onnx.proto.OnnxMl.NodeProto;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** An ONNX node with typed access to its attributes. */
public final class OnnxNode {
  private final NodeProto node;
  private final String name;

  /**
   * @param node the node
   * @param name unique name of the node, for messages and for the network
   */
  OnnxNode(NodeProto node, String name) {
    this.node = node;
    this.name = name;
  }

  /** The node as the file holds it. */
  public NodeProto proto() {
    return node;
  }

  /** Unique name of the node in its graph. */
  public String name() {
    return name;
  }

  /** The operator's type, such as {@code Conv}. */
  public String op() {
    return node.getOpType();
  }

  /** {@code 'conv1' (Conv)}: how messages name it. */
  public String label() {
    return "'%s' (%s)".formatted(name, op());
  }

  /** Name of input {@code i}; empty if the optional input is absent. */
  public String input(int i) {
    return i < node.getInputCount() ? node.getInput(i) : "";
  }

  /** Whether input {@code i} is there. */
  public boolean hasInput(int i) {
    return !input(i).isEmpty();
  }

  /** Name of the first output. */
  public String output() {
    return node.getOutput(0);
  }

  /**
   * An integer attribute, or {@code fallback} if it is absent.
   *
   * @throws Refusal if the attribute has another type
   */
  public long integer(String attribute, long fallback) {
    return find(attribute, AttributeProto.AttributeType.INT)
        .map(AttributeProto::getI)
        .orElse(fallback);
  }

  /**
   * A real attribute, or {@code fallback} if it is absent.
   *
   * @throws Refusal if the attribute has another type
   */
  public float real(String attribute, float fallback) {
    return find(attribute, AttributeProto.AttributeType.FLOAT)
        .map(AttributeProto::getF)
        .orElse(fallback);
  }

  /**
   * A text attribute, or {@code fallback} if it is absent.
   *
   * @throws Refusal if the attribute has another type
   */
  public String text(String attribute, String fallback) {
    return find(attribute, AttributeProto.AttributeType.STRING)
        .map(found -> found.getS().toStringUtf8())
        .orElse(fallback);
  }

  /**
   * A list of integers.
   *
   * @throws Refusal if the attribute has another type
   */
  public Optional<long[]> integers(String attribute) {
    return find(attribute, AttributeProto.AttributeType.INTS)
        .map(found -> found.getIntsList().stream().mapToLong(Long::longValue).toArray());
  }

  /**
   * A list of exactly {@code length} integers, each in {@code lowest .. 32767}; all {@code
   * fallback} if the attribute is absent.
   *
   * @throws Refusal if the attribute has another length or a value out of range
   */
  public int[] extents(String attribute, int length, int lowest, int fallback) {
    int[] values = new int[length];
    Arrays.fill(values, fallback);
    Optional<long[]> found = integers(attribute);
    if (found.isPresent()) {
      if (found.get().length != length) {
        throw new Refusal(
            "%s has %d entries, here it must have %d: supported are windows over [N, C, H, W] and over [N, C, L]"
                .formatted(attribute, found.get().length, length));
      }
      for (int i = 0; i < length; i++) {
        long value = found.get()[i];
        if (value < lowest || value > Short.MAX_VALUE) {
          throw new Refusal(
              "%s holds %d; it must be in %d..%d"
                  .formatted(attribute, value, lowest, Short.MAX_VALUE));
        }
        values[i] = (int) value;
      }
    }
    return values;
  }

  /**
   * A list of real numbers; empty if it is absent.
   *
   * @throws Refusal if the attribute has another type
   */
  public float[] reals(String attribute) {
    List<Float> found =
        find(attribute, AttributeProto.AttributeType.FLOATS)
            .map(AttributeProto::getFloatsList)
            .orElse(List.of());
    float[] values = new float[found.size()];
    for (int i = 0; i < values.length; i++) {
      values[i] = found.get(i);
    }
    return values;
  }

  /** Whether there is an attribute of this name, of whatever type. */
  public boolean has(String attribute) {
    return node.getAttributeList().stream().anyMatch(a -> a.getName().equals(attribute));
  }

  private Optional<AttributeProto> find(String attribute, AttributeProto.AttributeType type) {
    for (AttributeProto candidate : node.getAttributeList()) {
      if (candidate.getName().equals(attribute)) {
        if (candidate.getType() != type) {
          throw new Refusal(
              "attribute %s has type %s instead of %s"
                  .formatted(attribute, candidate.getType(), type));
        }
        return Optional.of(candidate);
      }
    }
    return Optional.empty();
  }
}
