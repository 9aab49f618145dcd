package lutmac.runtime.matrix;

import org.bytedeco.javacpp.FloatPointer;

/** Where a row-major matrix starts in a {@link FloatMemory}, and how far its rows lie apart. */
public final class Matrix {
  private final FloatPointer start;
  private final int stride;

  Matrix(FloatPointer start, int stride) {
    this.start = start;
    this.stride = stride;
  }

  FloatPointer start() {
    return start;
  }

  int stride() {
    return stride;
  }
}
