package lutmac.runtime.image;

import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import lutmac.network.BadInputException;
import lutmac.network.shape.Shape;

/**
 * JPEG files. The platform's decoder gives the components as they are stored; what they mean and
 * how they become red, green and blue is decided here as libjpeg decides it, because the platform
 * applies colour profiles and takes some files without markers for another colour space.
 */
final class JpegCodec implements PictureCodec {
  private static final int START_OF_IMAGE = 0xd8;
  private static final int START_OF_SCAN = 0xda;
  private static final int END_OF_IMAGE = 0xd9;
  private static final int APP0 = 0xe0;
  private static final int APP1 = 0xe1;
  private static final int APP14 = 0xee;
  private static final byte[] EXIF = {'E', 'x', 'i', 'f', 0, 0};

  /**
   * What stands before the first scan.
   *
   * @param ids the components' names
   * @param jfif whether there is a JFIF marker
   * @param transform colour transform of an Adobe marker; -1 without one
   */
  private record Header(int width, int height, int[] ids, boolean jfif, int transform) {

    /** libjpeg's rules. */
    boolean luminanceFirst() {
      if (ids.length == 4) {
        return transform == 2;
      }
      if (jfif) {
        return true;
      }
      return transform >= 0 ? transform != 0 : !Arrays.equals(ids, new int[] {'R', 'G', 'B'});
    }
  }

  @Override
  public Shape shape(String name, DataInputStream in) throws IOException {
    Header header = header(name, in);
    if (header.ids.length == 2 || header.ids.length > 4) {
      throw new BadInputException(
          "%s: has %d colour components; save it as RGB or grey"
              .formatted(name, header.ids.length));
    }
    return new Shape(header.ids.length == 1 ? 1 : 3, header.height, header.width);
  }

  @Override
  public int[][] planes(byte[] file) throws IOException {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(file));
    Header header = header("", in);
    requireEnd(in);
    Raster raster = components(file);
    int[][] planes = new int[raster.getNumBands()][];
    for (int c = 0; c < planes.length; c++) {
      planes[c] = raster.getSamples(0, 0, raster.getWidth(), raster.getHeight(), c, (int[]) null);
    }
    if (planes.length == 1) {
      return planes;
    }
    if (header.luminanceFirst()) {
      toRedGreenBlue(planes);
      if (planes.length == 4) {
        for (int c = 0; c < 3; c++) {
          planes[c] = Arrays.stream(planes[c]).map(sample -> 255 - sample).toArray();
        }
      }
    }
    return planes.length == 4 ? withoutBlack(planes) : planes;
  }

  /** The decoder does not miss the end if it comes between two scans of a progressive file. */
  private static void requireEnd(DataInputStream scans) throws IOException {
    try {
      while (marker(scans) != END_OF_IMAGE) {}
    } catch (EOFException e) {
      throw new EOFException("it is cut off");
    }
  }

  private static Raster components(byte[] file) throws IOException {
    ImageReader reader = ImageIO.getImageReadersByFormatName("jpeg").next();
    List<String> damages = new ArrayList<>();
    try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(in, true, true);
      reader.addIIOReadWarningListener(
          (source, warning) -> {
            if (isDamage(warning)) {
              damages.add(warning);
            }
          });
      Raster raster = reader.readRaster(0, null);
      if (!damages.isEmpty()) {
        throw new IOException("damaged or cut off (%s)".formatted(damages.get(0)));
      }
      return raster;
    } finally {
      reader.dispose();
    }
  }

  /** Bytes too many between markers do no harm; after any other fault pixels are guessed. */
  private static boolean isDamage(String warning) {
    return warning.startsWith("Premature end")
        || (warning.startsWith("Corrupt JPEG data") && !warning.contains("extraneous bytes"));
  }

  /** ITU-R BT.601 with 16 bits behind the point, rounded as libjpeg does; in place. */
  private static void toRedGreenBlue(int[][] planes) {
    for (int i = 0; i < planes[0].length; i++) {
      int y = planes[0][i];
      int blueness = planes[1][i] - 128;
      int redness = planes[2][i] - 128;
      planes[0][i] = sample(y + ((91881 * redness + 32768) >> 16));
      planes[1][i] = sample(y + ((-22554 * blueness - 46802 * redness + 32768) >> 16));
      planes[2][i] = sample(y + ((116130 * blueness + 32768) >> 16));
    }
  }

  /**
   * Cyan, magenta, yellow and black, stored inverted as Adobe does (nobody writes them otherwise),
   * with Pillow's rounding.
   */
  private static int[][] withoutBlack(int[][] planes) {
    int[][] colours = new int[3][planes[0].length];
    for (int c = 0; c < colours.length; c++) {
      for (int i = 0; i < colours[c].length; i++) {
        int light = planes[3][i];
        int product = (255 - planes[c][i]) * light + 128;
        colours[c][i] = sample(light - (((product >> 8) + product) >> 8));
      }
    }
    return colours;
  }

  private static int sample(int value) {
    return Math.max(0, Math.min(255, value));
  }

  private static Header header(String name, DataInputStream in) throws IOException {
    boolean jfif = false;
    int transform = -1;
    int[] frame = {};
    int[] ids = {};
    for (int marker = marker(in); marker != START_OF_SCAN; marker = marker(in)) {
      if (marker == START_OF_IMAGE) {
        continue;
      }
      if (marker == END_OF_IMAGE) {
        throw new IOException("it holds no image");
      }
      byte[] segment = new byte[Math.max(0, in.readUnsignedShort() - 2)];
      in.readFully(segment);
      if (marker == APP0) {
        jfif |= startsWith(segment, "JFIF\0".getBytes(StandardCharsets.US_ASCII));
      } else if (marker == APP1 && startsWith(segment, EXIF)) {
        ExifOrientation.requireUpright(
            name, Arrays.copyOfRange(segment, EXIF.length, segment.length));
      } else if (marker == APP14
          && segment.length >= 12
          && startsWith(segment, "Adobe".getBytes(StandardCharsets.US_ASCII))) {
        transform = segment[11];
      } else if (isFrame(marker) && segment.length >= 6) {
        if (segment[0] != 8) {
          throw new BadInputException(
              "%s: has %d bits a sample; save it with 8".formatted(name, segment[0]));
        }
        frame = new int[] {word(segment, 1), word(segment, 3)};
        ids = new int[segment[5]];
        for (int c = 0; c < ids.length && 6 + 3 * c < segment.length; c++) {
          ids[c] = segment[6 + 3 * c];
        }
      }
    }
    if (frame.length == 0 || frame[0] == 0 || frame[1] == 0) {
      throw new IOException("it does not say its size");
    }
    return new Header(frame[1], frame[0], ids, jfif, transform);
  }

  /** The next marker; bytes before it are skipped. */
  private static int marker(DataInputStream in) throws IOException {
    while (in.readUnsignedByte() != 0xff) {}
    int marker = in.readUnsignedByte();
    while (marker == 0xff) {
      marker = in.readUnsignedByte();
    }
    return marker;
  }

  /** SOF0 to SOF15, but for three other markers among them. */
  private static boolean isFrame(int marker) {
    return marker >= 0xc0 && marker <= 0xcf && marker != 0xc4 && marker != 0xc8 && marker != 0xcc;
  }

  private static int word(byte[] bytes, int at) {
    return (bytes[at] & 0xff) << 8 | (bytes[at + 1] & 0xff);
  }

  private static boolean startsWith(byte[] bytes, byte[] start) {
    return bytes.length >= start.length
        && Arrays.equals(bytes, 0, start.length, start, 0, start.length);
  }
}
