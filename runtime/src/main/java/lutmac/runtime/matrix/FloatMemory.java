package lutmac.runtime.matrix;

import java.lang.ref.Reference;
import java.nio.FloatBuffer;
import org.bytedeco.javacpp.FloatPointer;

/**
 * Floats outside the Java heap, where the matrix library reads and writes them without a copy of
 * its own. Freed when nothing refers to it any more. Not safe for writing by several threads.
 */
public final class FloatMemory {
  /** Floats of a cache line and of the widest vector: rows that start at multiples of it are fastest. */
  public static final int ALIGNMENT = 16;

  private final int size;

  /** Owns the memory: it is freed when this pointer is not reachable any more. */
  private final FloatPointer whole;

  private final FloatPointer start;
  private final FloatBuffer buffer;

  /**
   * Memory whose first float lies at the start of a cache line. What it holds is undefined.
   *
   * @param size how many floats
   */
  public FloatMemory(int size) {
    this.size = size;
    whole = new FloatPointer((long) size + ALIGNMENT);
    long lineBytes = (long) ALIGNMENT * Float.BYTES;
    long skipped = Math.floorMod(-whole.address(), lineBytes) / Float.BYTES;
    start = whole.getPointer(skipped);
    buffer = start.capacity(size).asBuffer();
  }

  /** How many floats. */
  public int size() {
    return size;
  }

  /** Copies {@code count} values to position {@code at}. */
  public void put(int at, float[] values, int from, int count) {
    buffer.put(at, values, from, count);
    Reference.reachabilityFence(this);
  }

  /** Copies {@code count} floats from position {@code at}. */
  public void get(int at, float[] values, int from, int count) {
    buffer.get(at, values, from, count);
    Reference.reachabilityFence(this);
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
