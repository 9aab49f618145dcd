package lutmac.tune;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Map;
import java.util.TreeMap;
import lutmac.network.floating.FloatNode;
import lutmac.network.floating.FloatOp;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.WeightPlane;

/** Tells one training from another: a hash of everything that its result depends on. */
final class Fingerprint {
  private Fingerprint() {}

  static byte[] of(TuneTask task, TuneOptions options) {
    MessageDigest digest = Checkpoint.digest();
    try (DataOutputStream out =
        new DataOutputStream(new DigestOutputStream(OutputStream.nullOutputStream(), digest))) {
      out.writeUTF(options.toString());
      out.writeUTF(task.images().source().toAbsolutePath().toString());
      out.writeUTF(task.images().type() + " " + task.images().shape());
      out.writeInt(task.images().count());
      for (int label : task.labels().map(l -> l.values()).orElse(new int[0])) {
        out.writeInt(label);
      }
      out.writeUTF(task.start().input() + " " + task.start().rounding());
      for (QuantizedLayer layer : task.start().layers()) {
        write(layer, out);
      }
      for (FloatNode node : task.teacher().nodes()) {
        out.writeUTF(node.name());
        if (node.op() instanceof FloatOp.Conv conv) {
          write(conv.weights(), out);
          write(conv.bias(), out);
        }
      }
      for (Map.Entry<String, double[][]> target : new TreeMap<>(task.targets()).entrySet()) {
        out.writeUTF(target.getKey());
        for (double[] row : target.getValue()) {
          for (double weight : row) {
            out.writeDouble(weight);
          }
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("nothing is written anywhere", e);
    }
    return digest.digest();
  }

  private static void write(QuantizedLayer layer, DataOutputStream out) throws IOException {
    out.writeUTF(layer.name());
    out.writeUTF(layer.inputs().toString());
    out.writeUTF(layer.output().toString());
    if (layer instanceof MacLayer mac) {
      out.writeUTF(mac.stage() + " " + mac.window() + " " + mac.groups() + " " + mac.sumPixels());
      out.writeUTF(mac.skip().toString());
      for (int bias : mac.bias()) {
        out.writeInt(bias);
      }
      for (WeightPlane plane : mac.planes()) {
        out.writeUTF(plane.codebook().toString());
        out.write(plane.codes());
      }
    }
  }

  private static void write(float[] values, DataOutputStream out) throws IOException {
    for (float value : values) {
      out.writeFloat(value);
    }
  }
}
