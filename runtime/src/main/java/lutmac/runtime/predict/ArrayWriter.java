package lutmac.runtime.predict;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.function.IntToDoubleFunction;
import java.util.stream.Collectors;

/**
 * Writes a NumPy array piece by piece, format version 1.0, C order. Its file is open only while it
 * is written: a network has more feature maps than a process may have files.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">the
 *     format</a>
 */
final class ArrayWriter {
  /** The data begin at a multiple of this. */
  private static final int ALIGNMENT = 64;

  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};

  private final Path file;
  private final ArrayType type;

  /**
   * Begins a file, which must not exist yet.
   *
   * @param shape extents, outermost first; as many elements must follow
   */
  ArrayWriter(Path file, ArrayType type, List<Integer> shape) throws IOException {
    this.file = file;
    this.type = type;
    Files.write(file, header(shape), StandardOpenOption.CREATE_NEW);
  }

  private byte[] header(List<Integer> shape) {
    String extents = shape.stream().map(extent -> extent + ", ").collect(Collectors.joining());
    String text =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }"
            .formatted(type.description(), extents);
    int start = MAGIC.length + Short.BYTES;
    // The text ends with a newline.
    int total = (start + text.length() + ALIGNMENT) / ALIGNMENT * ALIGNMENT;
    String padded = text + " ".repeat(total - start - text.length() - 1) + "\n";
    return ByteBuffer.allocate(total)
        .order(ByteOrder.LITTLE_ENDIAN)
        .put(MAGIC)
        .putShort((short) padded.length())
        .put(padded.getBytes(StandardCharsets.US_ASCII))
        .array();
  }

  /**
   * Appends elements.
   *
   * @param count of each piece
   */
  void append(int count, List<IntToDoubleFunction> pieces) throws IOException {
    try (OutputStream out = Files.newOutputStream(file, StandardOpenOption.APPEND)) {
      ByteBuffer bytes =
          ByteBuffer.allocate(Math.multiplyExact(count, type.bytes()))
              .order(ByteOrder.LITTLE_ENDIAN);
      for (IntToDoubleFunction piece : pieces) {
        bytes.clear();
        for (int i = 0; i < count; i++) {
          type.put(bytes, piece.applyAsDouble(i));
        }
        out.write(bytes.array());
      }
    }
  }
}
