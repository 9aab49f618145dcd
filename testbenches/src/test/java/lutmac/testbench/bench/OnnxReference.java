package lutmac.testbench.bench;

import ai.onnxruntime.OnnxJavaType;
import ai.onnxruntime.OnnxTensor;
import ai.onnxruntime.OrtEnvironment;
import ai.onnxruntime.OrtException;
import ai.onnxruntime.OrtSession;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.DoubleBuffer;
import java.nio.FloatBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import lutmac.network.quantized.Tensor;
import lutmac.network.shape.Shape;
import lutmac.runtime.image.Preprocessor;

/** An ONNX file in ONNX Runtime, on one thread, with all of its optimizations. */
final class OnnxReference implements AutoCloseable {
  private static final int BATCH = 64;

  private final OrtEnvironment environment = OrtEnvironment.getEnvironment();
  private final OrtSession session;
  private final String input;

  OnnxReference(Path file) throws OrtException {
    try (OrtSession.SessionOptions options = new OrtSession.SessionOptions()) {
      options.setIntraOpNumThreads(1);
      options.setInterOpNumThreads(1);
      options.setOptimizationLevel(OrtSession.SessionOptions.OptLevel.ALL_OPT);
      session = environment.createSession(file.toString(), options);
    }
    input = session.getInputNames().iterator().next();
  }

  /** A batch of float images {@code [N, C, H, W]}. */
  OnnxTensor floats(float[] batch, Shape image) throws OrtException {
    FloatBuffer values =
        ByteBuffer.allocateDirect(Float.BYTES * batch.length)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    values.put(batch).rewind();
    return OnnxTensor.createTensor(environment, values, dims(batch.length, image));
  }

  /** A batch of input codes, {@code [C, H, W]} each. */
  OnnxTensor codes(List<int[]> images, Tensor tensor) throws OrtException {
    int size = tensor.shape().size();
    ByteBuffer bytes = ByteBuffer.allocateDirect(images.size() * size);
    for (int[] codes : images) {
      for (int code : codes) {
        bytes.put((byte) code);
      }
    }
    OnnxJavaType type = tensor.format().minCode() < 0 ? OnnxJavaType.INT8 : OnnxJavaType.UINT8;
    bytes.rewind();
    return OnnxTensor.createTensor(environment, bytes, dims(bytes.limit(), tensor.shape()), type);
  }

  private static long[] dims(int values, Shape image) {
    return new long[] {values / image.size(), image.channels(), image.height(), image.width()};
  }

  /** The network's output, row major. */
  double[] run(OnnxTensor batch) throws OrtException {
    try (OrtSession.Result result = session.run(Map.of(input, batch))) {
      OnnxTensor output = (OnnxTensor) result.get(0);
      if (output.getInfo().type == OnnxJavaType.DOUBLE) {
        DoubleBuffer values = output.getDoubleBuffer();
        double[] out = new double[values.remaining()];
        values.get(out);
        return out;
      }
      FloatBuffer values = output.getFloatBuffer();
      double[] out = new double[values.remaining()];
      for (int i = 0; i < out.length; i++) {
        out[i] = values.get(i);
      }
      return out;
    }
  }

  /**
   * Seconds of one pass over the first images of a set, in batches; to prepare those is not part of
   * it.
   */
  double passSeconds(Preprocessor images, int count) throws OrtException {
    long nanos = 0;
    for (int first = 0; first < count; first += BATCH) {
      float[] batch = images.floatBatch(first, Math.min(BATCH, count - first));
      try (OnnxTensor tensor = floats(batch, images.inputShape())) {
        long start = System.nanoTime();
        run(tensor);
        nanos += System.nanoTime() - start;
      }
    }
    return nanos / 1e9;
  }

  @Override
  public void close() throws OrtException {
    session.close();
  }
}
