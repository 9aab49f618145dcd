package lutmac.testbench.fuzz;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Random;

/** Damages bytes: what disks, networks and people do to files, and what an attacker tries. */
final class Mutator {
  /** Numbers at the ends of types and beyond; some are no numbers. */
  private static final List<String> WORDS =
      List.of(
          "0",
          "-1",
          "255",
          "65536",
          "2147483647",
          "2147483648",
          "-2147483648",
          "4294967296",
          "9223372036854775807",
          "99999999999999999999",
          "1e999999999",
          "0.5",
          "NaN",
          "null",
          "true",
          "",
          "[]",
          "{}",
          "()",
          "\u0000",
          "'",
          "\"",
          "\n",
          ",",
          "../../../dev/zero");

  private static final long[] NUMBERS = {
    0,
    1,
    -1,
    2,
    127,
    128,
    255,
    256,
    32767,
    65535,
    65536,
    1 << 20,
    Integer.MAX_VALUE,
    Integer.MIN_VALUE,
    1L << 32,
    Long.MAX_VALUE,
    Long.MIN_VALUE
  };

  private final Random random;

  Mutator(Random random) {
    this.random = random;
  }

  /** One to four damages of a file, parts of another one of its kind among them. */
  byte[] damaged(byte[] whole, byte[] other) {
    byte[] bytes = whole.clone();
    int times = 1 + random.nextInt(4);
    for (int i = 0; i < times; i++) {
      bytes = once(bytes, other);
    }
    return bytes;
  }

  private byte[] once(byte[] bytes, byte[] other) {
    if (bytes.length == 0) {
      return other.clone();
    }
    int at = position(bytes.length);
    int length = 1 + random.nextInt(Math.min(64, bytes.length - at));
    return switch (random.nextInt(9)) {
      case 0 -> {
        bytes[at] ^= (byte) (1 << random.nextInt(8));
        yield bytes;
      }
      case 1 -> {
        bytes[at] = (byte) NUMBERS[random.nextInt(NUMBERS.length)];
        yield bytes;
      }
      case 2 -> Arrays.copyOf(bytes, at);
      case 3 -> spliced(bytes, at, at + length, new byte[0]);
      case 4 -> spliced(bytes, at, at, Arrays.copyOfRange(bytes, at, at + length));
      case 5 -> spliced(bytes, at, Math.min(bytes.length, at + 1 << random.nextInt(4)), number());
      case 6 -> {
        int from = other.length == 0 ? 0 : random.nextInt(other.length);
        int to = Math.min(other.length, from + 1 + random.nextInt(256));
        yield spliced(bytes, at, at + length, Arrays.copyOfRange(other, from, to));
      }
      default -> withWord(bytes, at);
    };
  }

  /** What stands at the beginning says how the rest is read. */
  private int position(int length) {
    return random.nextInt(3) == 0 ? random.nextInt(Math.min(128, length)) : random.nextInt(length);
  }

  private byte[] number() {
    long number = NUMBERS[random.nextInt(NUMBERS.length)];
    byte[] bytes = new byte[1 << random.nextInt(4)];
    boolean little = random.nextBoolean();
    for (int i = 0; i < bytes.length; i++) {
      bytes[little ? i : bytes.length - 1 - i] = (byte) (number >> 8 * i);
    }
    return bytes;
  }

  /** Another word in place of a number or word of text near a position. */
  private byte[] withWord(byte[] bytes, int at) {
    int from = at;
    while (from < bytes.length && !isWord(bytes[from])) {
      from++;
    }
    int to = from;
    while (to < bytes.length && isWord(bytes[to]) && to - from < 24) {
      to++;
    }
    byte[] word = WORDS.get(random.nextInt(WORDS.size())).getBytes(StandardCharsets.UTF_8);
    return spliced(bytes, from, to, word);
  }

  private static boolean isWord(byte letter) {
    return Character.isLetterOrDigit(letter) || letter == '-' || letter == '.';
  }

  private static byte[] spliced(byte[] bytes, int from, int to, byte[] middle) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int end = Math.max(from, Math.min(bytes.length, to));
    out.write(bytes, 0, Math.min(from, bytes.length));
    out.writeBytes(middle);
    out.write(bytes, end, bytes.length - end);
    return out.toByteArray();
  }
}
