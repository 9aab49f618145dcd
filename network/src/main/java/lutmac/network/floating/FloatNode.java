package lutmac.network.floating;

import java.util.List;
import lutmac.network.shape.Shape;

/**
 * One operator of a float network.
 *
 * @param name the ONNX node that it came from: what every message names
 * @param inputs names of the feature maps it reads
 * @param output name of the feature map it makes
 * @param shape shape of that feature map
 */
public record FloatNode(String name, FloatOp op, List<String> inputs, String output, Shape shape) {
  public FloatNode {
    inputs = List.copyOf(inputs);
  }
}
