package lutmac.runtime.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.zip.CRC32;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.stream.ImageInputStream;
import lutmac.network.BadInputException;
import lutmac.network.shape.Shape;

/**
 * PNG files: the platform decodes them, but neither misses what is cut off nor looks at the check
 * sums.
 */
final class PngCodec implements PictureCodec {
  private static final int GREY = 0;
  private static final int PALETTE = 3;
  private static final int GREY_ALPHA = 4;

  private record Header(int width, int height, int depth, int colour) {
    boolean grey() {
      return colour == GREY || colour == GREY_ALPHA;
    }
  }

  /** One chunk. */
  private record Chunk(String type, byte[] data) {}

  @Override
  public Shape shape(String name, DataInputStream in) throws IOException {
    in.skipNBytes(MAGIC_BYTES);
    Header header = header(in);
    if (header.depth > 8) {
      throw new BadInputException(
          "%s: has %d bits a sample; save it with 8".formatted(name, header.depth));
    }
    for (Chunk chunk = chunk(in); !chunk.type.equals("IDAT"); chunk = chunk(in)) {
      if (chunk.type.equals("eXIf")) {
        ExifOrientation.requireUpright(name, chunk.data);
      }
    }
    return new Shape(header.grey() ? 1 : 3, header.height, header.width);
  }

  @Override
  public int[][] planes(byte[] file) throws IOException {
    DataInputStream chunks = new DataInputStream(new ByteArrayInputStream(file));
    chunks.skipNBytes(MAGIC_BYTES);
    Header header = header(chunks);
    while (!chunk(chunks).type.equals("IEND")) {}
    BufferedImage image = decoded(file);
    Raster raster = image.getRaster();
    int[][] planes = new int[header.grey() ? 1 : 3][];
    for (int c = 0; c < planes.length; c++) {
      int band = header.colour == PALETTE ? 0 : c;
      planes[c] =
          raster.getSamples(0, 0, raster.getWidth(), raster.getHeight(), band, (int[]) null);
    }
    if (header.colour == PALETTE) {
      lookUp(planes, (IndexColorModel) image.getColorModel());
    } else if (header.depth < 8) {
      int step = 255 / ((1 << header.depth) - 1);
      for (int i = 0; i < planes[0].length; i++) {
        planes[0][i] *= step;
      }
    }
    return planes;
  }

  private static void lookUp(int[][] planes, IndexColorModel palette) {
    for (int i = 0; i < planes[0].length; i++) {
      int index = planes[0][i];
      planes[0][i] = palette.getRed(index);
      planes[1][i] = palette.getGreen(index);
      planes[2][i] = palette.getBlue(index);
    }
  }

  private static BufferedImage decoded(byte[] file) throws IOException {
    ImageReader reader = ImageIO.getImageReadersByFormatName("png").next();
    try (ImageInputStream in = ImageIO.createImageInputStream(new ByteArrayInputStream(file))) {
      reader.setInput(in, true, true);
      return reader.read(0);
    } finally {
      reader.dispose();
    }
  }

  private static Header header(DataInputStream in) throws IOException {
    Chunk chunk = chunk(in);
    if (!chunk.type.equals("IHDR") || chunk.data.length < 13) {
      throw new IOException("it does not start with its header");
    }
    DataInputStream fields = new DataInputStream(new ByteArrayInputStream(chunk.data));
    Header header =
        new Header(
            fields.readInt(),
            fields.readInt(),
            fields.readUnsignedByte(),
            fields.readUnsignedByte());
    if (header.width < 1 || header.height < 1) {
      throw new IOException("it does not say its size");
    }
    return header;
  }

  private static Chunk chunk(DataInputStream in) throws IOException {
    try {
      int length = in.readInt();
      if (length < 0) {
        throw new IOException("it is damaged");
      }
      CRC32 sum = new CRC32();
      byte[] type = in.readNBytes(4);
      byte[] data = in.readNBytes(length);
      sum.update(type);
      sum.update(data);
      if ((int) sum.getValue() != in.readInt()) {
        throw new IOException("it is damaged: a check sum is wrong");
      }
      return new Chunk(new String(type, StandardCharsets.US_ASCII), data);
    } catch (EOFException e) {
      throw new EOFException("it is cut off");
    }
  }
}
