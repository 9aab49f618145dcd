package lutmac.testbench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A NumPy file of format version 1, little-endian and in C order, read without lutmac.
 *
 * @param type as the header says it: {@code <f4}
 * @param shape extents, outermost first
 * @param values row major
 */
public record NumpyArray(String type, List<Integer> shape, double[] values) {
  private static final int LENGTH_AT = 8;
  private static final Pattern HEADER =
      Pattern.compile(
          "\\{'descr': '([<|=]\\w+)', 'fortran_order': False, 'shape': \\(([^)]*)\\), *\\} *\n");

  /** Reads a file. */
  public static NumpyArray read(Path file) {
    ByteBuffer bytes;
    try {
      bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    int start = LENGTH_AT + Short.BYTES + bytes.getShort(LENGTH_AT);
    String text =
        new String(bytes.array(), 0, start, StandardCharsets.ISO_8859_1)
            .substring(LENGTH_AT + Short.BYTES);
    Matcher header = HEADER.matcher(text);
    if (!header.matches() || start % 64 != 0) {
      throw new IllegalArgumentException(file + ": " + text);
    }
    List<Integer> shape =
        Arrays.stream(header.group(2).split(","))
            .map(String::strip)
            .filter(extent -> !extent.isEmpty())
            .map(Integer::valueOf)
            .toList();
    double[] values = new double[shape.stream().reduce(1, Math::multiplyExact)];
    bytes.position(start);
    String type = header.group(1);
    for (int i = 0; i < values.length; i++) {
      values[i] =
          switch (type.substring(1)) {
            case "u1" -> Byte.toUnsignedInt(bytes.get());
            case "i1" -> bytes.get();
            case "b1" -> bytes.get();
            case "i4" -> bytes.getInt();
            case "i8" -> bytes.getLong();
            case "f4" -> bytes.getFloat();
            case "f8" -> bytes.getDouble();
            default -> throw new IllegalArgumentException("%s: %s".formatted(file, type));
          };
    }
    if (bytes.hasRemaining()) {
      throw new IllegalArgumentException(file + ": longer than its shape " + shape);
    }
    return new NumpyArray(type, shape, values);
  }
}
