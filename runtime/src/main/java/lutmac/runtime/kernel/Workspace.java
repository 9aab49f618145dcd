package lutmac.runtime.kernel;

import lutmac.runtime.matrix.FloatMemory;

/** Memory that one thread computes in, used by one convolution after the other; it only grows. */
final class Workspace {
  private static final ThreadLocal<Workspace> OF_THREAD = ThreadLocal.withInitial(Workspace::new);

  private FloatMemory inputs = new FloatMemory(0);
  private FloatMemory outputs = new FloatMemory(0);
  private FloatMemory weights = new FloatMemory(0);
  private float[] planes = new float[0];
  private float[] positions = new float[0];

  private Workspace() {}

  static Workspace ofThread() {
    return OF_THREAD.get();
  }

  /** Padded planes, or their gradient. */
  FloatMemory inputs(int size) {
    inputs = inputs.size() < size ? new FloatMemory(size) : inputs;
    return inputs;
  }

  /** Output positions, or their gradient. */
  FloatMemory outputs(int size) {
    outputs = outputs.size() < size ? new FloatMemory(size) : outputs;
    return outputs;
  }

  /** The gradient of weights. */
  FloatMemory weights(int size) {
    weights = weights.size() < size ? new FloatMemory(size) : weights;
    return weights;
  }

  /** Padded planes on the heap. */
  float[] planes(int size) {
    planes = planes.length < size ? new float[size] : planes;
    return planes;
  }

  /** Output positions on the heap. */
  float[] positions(int size) {
    positions = positions.length < size ? new float[size] : positions;
    return positions;
  }
}
