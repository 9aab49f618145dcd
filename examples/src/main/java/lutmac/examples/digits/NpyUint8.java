package lutmac.examples.digits;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.stream.Collectors;

/** NumPy's {@code .npy} format, version 1.0, for arrays of uint8. */
final class NpyUint8 {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0};

  /** The format wants the data to start at a multiple of this. */
  private static final int ALIGNMENT = 64;

  private NpyUint8() {}

  /**
   * @param values row major
   * @return the file's bytes
   */
  static byte[] file(byte[] values, int... shape) {
    String extents =
        Arrays.stream(shape).mapToObj(extent -> extent + ",").collect(Collectors.joining(" "));
    String entry = "{'descr': '|u1', 'fortran_order': False, 'shape': (%s), }".formatted(extents);
    int prefix = MAGIC.length + Short.BYTES;
    int start = (prefix + entry.length() + 1 + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    int header = start - prefix;
    byte[] file = new byte[start + values.length];
    Arrays.fill(file, prefix, start - 1, (byte) ' ');
    file[start - 1] = '\n';
    System.arraycopy(MAGIC, 0, file, 0, MAGIC.length);
    file[MAGIC.length] = (byte) header;
    file[MAGIC.length + 1] = (byte) (header >> 8);
    byte[] text = entry.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(text, 0, file, prefix, text.length);
    System.arraycopy(values, 0, file, start, values.length);
    return file;
  }
}
