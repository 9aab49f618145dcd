package lutmac.runtime.image;

import java.io.DataInputStream;
import java.io.IOException;
import lutmac.network.BadInputException;
import lutmac.network.shape.Shape;

/**
 * Reads one file format of pictures. The pixels are the stored samples, as Pillow, OpenCV and
 * torchvision give them: colour profiles and gamma are not applied. What these three read
 * differently is refused.
 */
sealed interface PictureCodec permits JpegCodec, PngCodec {
  /** Bytes that tell the formats apart. */
  int MAGIC_BYTES = 8;

  /**
   * The codec of a file.
   *
   * @param magic its first {@link #MAGIC_BYTES} bytes
   * @throws IOException if there is none for it
   */
  static PictureCodec of(byte[] magic) throws IOException {
    if (magic.length > 2 && (magic[0] & 0xff) == 0xff && (magic[1] & 0xff) == 0xd8) {
      return new JpegCodec();
    }
    if (magic.length == MAGIC_BYTES && magic[0] == (byte) 0x89 && magic[1] == 'P') {
      return new PngCodec();
    }
    throw new IOException("neither a JPEG nor a PNG file");
  }

  /**
   * Whether there is a codec for a file.
   *
   * @param magic its first {@link #MAGIC_BYTES} bytes
   */
  static boolean isPicture(byte[] magic) {
    try {
      of(magic);
      return true;
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * Size and channels (3, or 1 for grey) without decoding the pixels.
   *
   * @param name of the file, for messages
   * @param in the whole file
   * @throws IOException if it is damaged
   * @throws BadInputException if it is whole but cannot be read rightly
   */
  Shape shape(String name, DataInputStream in) throws IOException;

  /**
   * Samples of 0 to 255, {@code [3][H * W]} in the order red, green, blue, or {@code [1][H * W]}
   * for grey. Transparency is left out.
   *
   * @param file the whole file
   * @throws IOException if it is damaged
   */
  int[][] planes(byte[] file) throws IOException;
}
