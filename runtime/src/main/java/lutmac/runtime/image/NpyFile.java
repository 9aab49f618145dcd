package lutmac.runtime.image;

import java.io.EOFException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lutmac.network.BadInputException;
import lutmac.network.file.InputFile;

/**
 * A NumPy array file, format versions 1 to 3, memory-mapped or in memory. Elements are 8, 16, 32 or
 * 64-bit integers or 32 or 64-bit floats of either byte order, in C or Fortran order.
 *
 * @see <a href="https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html">the
 *     format</a>
 */
final class NpyFile {
  private static final Pattern DESCR =
      Pattern.compile("'descr'\\s*:\\s*'([<>|=]?)([a-zA-Z])(\\d+)'");
  private static final Pattern ORDER = Pattern.compile("'fortran_order'\\s*:\\s*(True|False)");
  private static final Pattern SHAPE = Pattern.compile("'shape'\\s*:\\s*\\(([^)]*)\\)");
  private static final int MAGIC_BYTES = 8;

  /** Where the file is. */
  private interface Bytes {
    long size();

    /** Views {@code length} bytes from {@code position} on, which are there. */
    ByteBuffer slice(long position, long length) throws IOException;
  }

  private record Mapped(FileChannel channel, long size) implements Bytes {
    @Override
    public ByteBuffer slice(long position, long length) throws IOException {
      return channel.map(FileChannel.MapMode.READ_ONLY, position, length);
    }
  }

  private record InMemory(ByteBuffer bytes) implements Bytes {
    @Override
    public long size() {
      return bytes.capacity();
    }

    @Override
    public ByteBuffer slice(long position, long length) {
      return bytes.slice((int) position, (int) length);
    }
  }

  private final Path path;
  private final int[] shape;
  private final long[] strides;
  private final char kind;
  private final int bytes;
  private final ByteBuffer[] segments;

  /** Elements of a segment; the last one may be shorter. */
  private final long segmentElements;

  private NpyFile(
      Path path,
      int[] shape,
      long[] strides,
      char kind,
      int bytes,
      ByteBuffer[] segments,
      long segmentElements) {
    this.path = path;
    this.shape = shape;
    this.strides = strides;
    this.kind = kind;
    this.bytes = bytes;
    this.segments = segments;
    this.segmentElements = segmentElements;
  }

  /**
   * Maps a file.
   *
   * @throws BadInputException if it is no array file, is truncated, or has another element type
   */
  static NpyFile open(Path path) {
    try (FileChannel channel = InputFile.channel(path)) {
      return open(path, new Mapped(channel, channel.size()));
    } catch (EOFException e) {
      throw truncated(path, e);
    } catch (IOException e) {
      throw new BadInputException("%s: cannot be read: %s".formatted(path, e.getMessage()), e);
    }
  }

  /**
   * The array in a file's bytes.
   *
   * @param path names them in messages
   * @throws BadInputException as {@link #open}
   */
  static NpyFile of(Path path, byte[] bytes) {
    try {
      return open(path, new InMemory(ByteBuffer.wrap(bytes)));
    } catch (EOFException e) {
      throw truncated(path, e);
    } catch (IOException e) {
      throw new UncheckedIOException("memory was read", e);
    }
  }

  private static BadInputException truncated(Path path, EOFException cause) {
    return new BadInputException(
        path + ": the .npy header is truncated; save the array again", cause);
  }

  /**
   * Whether a file starts as array files do.
   *
   * @throws BadInputException if it cannot be read
   */
  static boolean isOne(Path path) {
    try (FileChannel channel = InputFile.channel(path)) {
      return channel.size() >= MAGIC_BYTES
          && isMagic(read(new Mapped(channel, channel.size()), 0, MAGIC_BYTES));
    } catch (IOException e) {
      throw new BadInputException("%s: cannot be read: %s".formatted(path, e.getMessage()), e);
    }
  }

  private static boolean isMagic(ByteBuffer start) {
    return start.get(0) == (byte) 0x93
        && StandardCharsets.ISO_8859_1.decode(start.slice(1, 5)).toString().equals("NUMPY");
  }

  private static NpyFile open(Path path, Bytes file) throws IOException {
    ByteBuffer magic = read(file, 0, MAGIC_BYTES);
    if (!isMagic(magic)) {
      throw new BadInputException(path + ": not a .npy file; save the array with numpy.save");
    }
    int version = magic.get(6);
    if (version < 1 || version > 3) {
      throw new BadInputException("%s: .npy version %d is unknown".formatted(path, version));
    }
    int lengthBytes = version == 1 ? 2 : 4;
    ByteBuffer lengthField = read(file, MAGIC_BYTES, lengthBytes).order(ByteOrder.LITTLE_ENDIAN);
    long length =
        version == 1
            ? Short.toUnsignedInt(lengthField.getShort())
            : Integer.toUnsignedLong(lengthField.getInt());
    long dataStart = MAGIC_BYTES + lengthBytes + length;
    if (dataStart > file.size() || length > 1 << 20) {
      throw new EOFException();
    }
    String header =
        StandardCharsets.UTF_8
            .decode(read(file, MAGIC_BYTES + lengthBytes, (int) length))
            .toString();
    return map(path, file, header, dataStart);
  }

  private static NpyFile map(Path path, Bytes file, String header, long dataStart)
      throws IOException {
    Matcher descr = DESCR.matcher(header);
    Matcher order = ORDER.matcher(header);
    Matcher extents = SHAPE.matcher(header);
    if (!order.find() || !extents.find() || !header.contains("descr")) {
      throw new BadInputException(
          "%s: the .npy header is damaged; save the array again".formatted(path));
    }
    char kind = descr.find() ? descr.group(2).charAt(0) : '?';
    int bytes = kind == '?' || descr.group(3).length() > 2 ? 0 : Integer.parseInt(descr.group(3));
    boolean integer =
        (kind == 'i' || kind == 'u') && (bytes == 1 || bytes == 2 || bytes == 4 || bytes == 8);
    if (!integer && !(kind == 'f' && (bytes == 4 || bytes == 8))) {
      throw new BadInputException(
          "%s: element type %s is not supported; save the array as uint8, int8 or float32"
              .formatted(path, kind == '?' ? "in " + header.strip() : "" + kind + bytes));
    }
    int[] shape = shape(path, extents.group(1));
    long count = elements(path, shape, (file.size() - dataStart) / bytes);
    long segmentElements = Integer.MAX_VALUE / 8;
    ByteBuffer[] segments =
        new ByteBuffer[Math.toIntExact((count + segmentElements - 1) / segmentElements)];
    for (int s = 0; s < segments.length; s++) {
      long first = s * segmentElements;
      long elements = Math.min(segmentElements, count - first);
      segments[s] = file.slice(dataStart + first * bytes, elements * bytes);
      segments[s].order(
          descr.group(1).equals(">") ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN);
    }
    long[] strides = strides(shape, order.group(1).equals("True"));
    return new NpyFile(path, shape, strides, kind, bytes, segments, segmentElements);
  }

  /**
   * Elements of an array.
   *
   * @param most that the file can hold
   */
  private static long elements(Path path, int[] shape, long most) {
    if (Arrays.stream(shape).anyMatch(extent -> extent == 0)) {
      return 0;
    }
    long count = 1;
    for (int extent : shape) {
      // Held against the file at every step: the whole product may be larger than any number.
      if (extent > most / count) {
        throw new BadInputException(
            "%s: truncated: shape %s has more elements than the %d that the file holds; save the array again"
                .formatted(path, Arrays.toString(shape), most));
      }
      count *= extent;
    }
    return count;
  }

  private static int[] shape(Path path, String text) {
    try {
      return Arrays.stream(text.split(","))
          .map(String::strip)
          .filter(extent -> !extent.isEmpty())
          .mapToInt(Integer::parseInt)
          .peek(
              extent -> {
                if (extent < 0) {
                  throw new NumberFormatException();
                }
              })
          .toArray();
    } catch (NumberFormatException e) {
      throw new BadInputException(
          "%s: the .npy header has the unusable shape (%s)".formatted(path, text), e);
    }
  }

  private static long[] strides(int[] shape, boolean fortran) {
    long[] strides = new long[shape.length];
    long stride = 1;
    for (int i = 0; i < shape.length; i++) {
      int axis = fortran ? i : shape.length - 1 - i;
      strides[axis] = stride;
      stride *= shape[axis];
    }
    return strides;
  }

  private static ByteBuffer read(Bytes file, long position, int length) throws IOException {
    if (position + length > file.size()) {
      throw new EOFException();
    }
    return file.slice(position, length);
  }

  Path path() {
    return path;
  }

  /** Extents, outermost first. */
  int[] shape() {
    return shape.clone();
  }

  /** {@code u}, {@code i} or {@code f}. */
  char kind() {
    return kind;
  }

  /** Bytes of an element. */
  int bytes() {
    return bytes;
  }

  /** Distance in elements between neighbours along an axis. */
  long stride(int axis) {
    return strides[axis];
  }

  /** The element {@code position} elements from the start of the data. */
  double real(long position) {
    return kind == 'f'
        ? bytes == 4
            ? segment(position).getFloat(offset(position))
            : segment(position).getDouble(offset(position))
        : (double) integer(position);
  }

  /** The integer {@code position} elements from the start of the data. */
  long integer(long position) {
    ByteBuffer buffer = segment(position);
    int at = offset(position);
    boolean unsigned = kind == 'u';
    return switch (bytes) {
      case 1 -> unsigned ? Byte.toUnsignedInt(buffer.get(at)) : buffer.get(at);
      case 2 -> unsigned ? Short.toUnsignedInt(buffer.getShort(at)) : buffer.getShort(at);
      case 4 -> unsigned ? Integer.toUnsignedLong(buffer.getInt(at)) : buffer.getInt(at);
      default -> buffer.getLong(at);
    };
  }

  private ByteBuffer segment(long position) {
    return segments[(int) (position / segmentElements)];
  }

  private int offset(long position) {
    return (int) (position % segmentElements) * bytes;
  }
}
