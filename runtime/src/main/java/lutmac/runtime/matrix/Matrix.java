package lutmac.runtime.matrix;

import org.bytedeco.javacpp.FloatPointer;

/** Where a row-major matrix starts in a {@link FloatMemory}, and how far its rows lie apart. */
public final class Matrix {
  /** Must not be freed as long as the matrix is in use. */
  private final FloatMemory memory;

  private final FloatPointer start;
  private final int stride;

  Matrix(FloatMemory memory, FloatPointer start, int stride) {
    this.memory = memory;
    this.start = start;
    this.stride = stride;
  }

  FloatMemory memory() {
    return memory;
  }

  FloatPointer start() {
    return start;
  }

  int stride() {
    return stride;
  }
}
