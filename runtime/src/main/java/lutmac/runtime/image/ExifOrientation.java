package lutmac.runtime.image;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import lutmac.network.BadInputException;

/** The note in a picture's Exif data that it has to be turned before it is shown. */
final class ExifOrientation {
  private static final int TAG = 0x0112;
  private static final int UPRIGHT = 1;
  private static final int ENTRY_BYTES = 12;

  private ExifOrientation() {}

  /**
   * Refuses pictures that are not upright: OpenCV turns them, Pillow and torchvision do not unless
   * told to, so nobody but the network's owner knows which pixels it was trained on.
   *
   * @param name of the file, for messages
   * @param tiff the Exif data, from its byte order mark on
   */
  static void requireUpright(String name, byte[] tiff) {
    int orientation = orientation(tiff);
    if (orientation > UPRIGHT && orientation <= 8) {
      throw new BadInputException(
          "%s: its Exif orientation %d says that it has to be turned, which some programs do and others do not; save it as the network shall see it, without Exif data"
              .formatted(name, orientation));
    }
  }

  /** The value of the tag; 1 if there is none or the data are damaged. */
  private static int orientation(byte[] tiff) {
    if (tiff.length < 8 || tiff[0] != tiff[1] || (tiff[0] != 'I' && tiff[0] != 'M')) {
      return UPRIGHT;
    }
    ByteBuffer data =
        ByteBuffer.wrap(tiff)
            .order(tiff[0] == 'I' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN);
    long directory = Integer.toUnsignedLong(data.getInt(4));
    if (directory + 2 > tiff.length) {
      return UPRIGHT;
    }
    int entries = Short.toUnsignedInt(data.getShort((int) directory));
    for (int i = 0; i < entries; i++) {
      long at = directory + 2 + (long) ENTRY_BYTES * i;
      if (at + ENTRY_BYTES > tiff.length) {
        return UPRIGHT;
      }
      if (Short.toUnsignedInt(data.getShort((int) at)) == TAG) {
        return Short.toUnsignedInt(data.getShort((int) at + 8));
      }
    }
    return UPRIGHT;
  }
}
