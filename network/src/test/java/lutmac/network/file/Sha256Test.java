package lutmac.network.file;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import org.junit.jupiter.api.Test;

class Sha256Test {
  /** As {@code printf abc | sha256sum} says; FIPS 180-2, appendix B.1, has the same. */
  private static final String ABC =
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  @Test
  void isThatOfTheStandard() {
    assertEquals(ABC, Sha256.hex(bytes("abc")));
  }

  @Test
  void isTheSamePieceByPiece() {
    MessageDigest digest = Sha256.digest();
    digest.update(bytes("a"));
    digest.update(bytes("bc"));
    assertEquals(ABC, Sha256.hex(digest));
  }
}
