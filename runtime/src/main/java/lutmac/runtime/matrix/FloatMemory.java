package lutmac.runtime.matrix;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Floats outside the Java heap, where the matrix library reads and writes them without a copy of
 * its own. Freed when nothing refers to it any more. Not safe for writing by several threads.
 */
public final class FloatMemory {
  /**
   * Floats of a cache line and of the widest vector: rows that start at multiples of it are
   * fastest.
   */
  public static final int ALIGNMENT = 16;

  private final int size;

  /** Owns the memory: it is freed when nobody can reach this buffer any more. */
  private final FloatBuffer buffer;

  private final FloatPointer start;

  /**
   * Memory whose first float lies at the start of a cache line, all zeros.
   *
   * @param size how many floats
   */
  public FloatMemory(int size) {
    this.size = size;
    int lineBytes = ALIGNMENT * Float.BYTES;
    int lines = size / ALIGNMENT + 1;
    // A line more than it takes, for the slice starts at one and ends at one.
    buffer =
        ByteBuffer.allocateDirect(Math.multiplyExact(lines + 1, lineBytes))
            .alignedSlice(lineBytes)
            .order(ByteOrder.nativeOrder())
            .asFloatBuffer();
    start = new FloatPointer(buffer);
  }

  /** The least multiple of {@link #ALIGNMENT} that is not below {@code floats}. */
  public static int aligned(int floats) {
    return (floats + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
  }

  /** How many floats. */
  public int size() {
    return size;
  }

  /** Copies {@code count} values to position {@code at}. */
  public void put(int at, float[] values, int from, int count) {
    buffer.put(at, values, from, count);
  }

  /** Copies {@code count} floats from position {@code at}. */
  public void get(int at, float[] values, int from, int count) {
    buffer.get(at, values, from, count);
  }

  /**
   * The matrix whose first element lies at {@code at}, row major.
   *
   * @param stride from one row to the next
   */
  public Matrix matrix(int at, int stride) {
    return new Matrix(this, start.getPointer(at), stride);
  }
}
