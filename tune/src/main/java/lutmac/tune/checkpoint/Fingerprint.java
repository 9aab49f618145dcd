package lutmac.tune.checkpoint;

import java.io.DataOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Optional;
import lutmac.network.file.Sha256;
import lutmac.network.floating.FloatNode;
import lutmac.network.floating.FloatOp;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.WeightPlane;
import lutmac.tune.task.TuneOptions;
import lutmac.tune.task.TuneTask;

/** Tells one training from another: a hash of everything that its result depends on. */
public final class Fingerprint {
  private Fingerprint() {}

  /** The hash of one training, 32 bytes. */
  public static byte[] of(TuneTask task, TuneOptions options) {
    MessageDigest digest = Sha256.digest();
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
      out.writeUTF(task.start().outputs().toString());
      for (FloatNode node : task.teacher().nodes()) {
        out.writeUTF(node.name());
        Optional<FloatOp.Conv> conv = node.op().conv();
        if (conv.isPresent()) {
          write(conv.get().weights(), out);
          write(conv.get().bias(), out);
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
    Optional<MacLayer> linear = layer.mac();
    if (linear.isPresent()) {
      write(linear.get(), out);
    }
  }

  private static void write(MacLayer layer, DataOutputStream out) throws IOException {
    out.writeUTF(
        layer.stage() + " " + layer.window() + " " + layer.groups() + " " + layer.sumPixels());
    out.writeUTF(layer.skip().toString());
    for (int bias : layer.bias()) {
      out.writeInt(bias);
    }
    for (WeightPlane plane : layer.planes()) {
      out.writeUTF(plane.codebook().toString());
      out.write(plane.codes());
    }
  }

  private static void write(float[] values, DataOutputStream out) throws IOException {
    for (float value : values) {
      out.writeFloat(value);
    }
  }
}
