package lutmac.runtime.image;

import java.awt.image.BufferedImage;
import java.awt.image.IndexColorModel;
import java.awt.image.Raster;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.imageio.ImageIO;
import javax.imageio.ImageReader;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.stream.ImageInputStream;
import lutmac.network.BadInputException;
import lutmac.network.shape.Shape;

/**
 * JPEG and PNG files of one size, sorted by name, as 8-bit RGB; if all of them are grey, as one
 * channel. Transparency is ignored.
 */
final class PictureSet implements ImageSet {

  /** One file of a set. */
  private interface Picture {
    String name();

    InputStream open() throws IOException;
  }

  private record FilePicture(Path path) implements Picture {
    @Override
    public String name() {
      return path.toString();
    }

    @Override
    public InputStream open() throws IOException {
      return new BufferedInputStream(Files.newInputStream(path));
    }
  }

  private record ZipPicture(Path archive, ZipFile zip, ZipEntry entry) implements Picture {
    @Override
    public String name() {
      return archive + "!" + entry.getName();
    }

    @Override
    public InputStream open() throws IOException {
      return new BufferedInputStream(zip.getInputStream(entry));
    }
  }

  private final Path source;
  private final List<? extends Picture> pictures;
  private final Shape shape;

  private PictureSet(Path source, List<? extends Picture> pictures) {
    this.source = source;
    this.pictures = pictures;
    if (pictures.isEmpty()) {
      throw new BadInputException(
          source
              + ": holds no .jpg, .jpeg or .png files; give images as .npy, .zip or a directory");
    }
    ImageIO.setUseCache(false);
    Shape first = null;
    boolean colour = false;
    for (Picture picture : pictures) {
      Shape next = header(picture);
      first = first == null ? next : first;
      if (next.height() != first.height() || next.width() != first.width()) {
        throw new BadInputException(
            "%s: is %dx%d pixels but the images before it are %dx%d; scale them to one size"
                .formatted(
                    picture.name(), next.width(), next.height(), first.width(), first.height()));
      }
      colour |= next.channels() == 3;
    }
    this.shape = new Shape(colour ? 3 : 1, first.height(), first.width());
  }

  static PictureSet ofDirectory(Path directory) {
    try (Stream<Path> files = Files.list(directory)) {
      return new PictureSet(
          directory,
          files
              .filter(file -> isPicture(file.getFileName().toString()))
              .sorted(Comparator.comparing(file -> file.getFileName().toString()))
              .map(FilePicture::new)
              .toList());
    } catch (IOException e) {
      throw new BadInputException("%s: cannot be read: %s".formatted(directory, e.getMessage()), e);
    }
  }

  /** The archive stays open as long as the set is reachable; entries are decoded on demand. */
  static PictureSet ofZip(Path archive) {
    try {
      ZipFile zip = new ZipFile(archive.toFile());
      try {
        return new PictureSet(
            archive,
            zip.stream()
                .filter(entry -> !entry.isDirectory() && isPicture(entry.getName()))
                .sorted(Comparator.comparing(ZipEntry::getName))
                .map(entry -> new ZipPicture(archive, zip, entry))
                .toList());
      } catch (BadInputException e) {
        zip.close();
        throw e;
      }
    } catch (IOException e) {
      throw new BadInputException(
          "%s: not a readable .zip archive: %s".formatted(archive, e.getMessage()), e);
    }
  }

  private static boolean isPicture(String name) {
    String lower = name.toLowerCase(Locale.ROOT);
    String file = lower.substring(lower.lastIndexOf('/') + 1);
    return !file.startsWith(".")
        && (lower.endsWith(".jpg") || lower.endsWith(".jpeg") || lower.endsWith(".png"));
  }

  @Override
  public Path source() {
    return source;
  }

  @Override
  public int count() {
    return pictures.size();
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public ElementType type() {
    return ElementType.UINT8;
  }

  @Override
  public float[] image(int index) {
    Picture picture = pictures.get(index);
    BufferedImage image;
    try (InputStream in = picture.open()) {
      image = ImageIO.read(in);
    } catch (IOException | IllegalArgumentException e) {
      throw undecodable(picture, e);
    }
    if (image == null || image.getWidth() != shape.width() || image.getHeight() != shape.height()) {
      throw undecodable(picture, null);
    }
    float[] pixels = new float[shape.size()];
    int plane = shape.pixels();
    boolean indexed = image.getColorModel() instanceof IndexColorModel;
    Raster raster = image.getRaster();
    int bands = raster.getNumBands();
    if (!indexed && bands <= 2) {
      // Grey: getRGB would apply the grey colour space's gamma.
      int[] grey = raster.getSamples(0, 0, shape.width(), shape.height(), 0, (int[]) null);
      for (int i = 0; i < pixels.length; i++) {
        pixels[i] = grey[i % plane];
      }
      return pixels;
    }
    int[] rgb = image.getRGB(0, 0, shape.width(), shape.height(), null, 0, shape.width());
    for (int c = 0; c < shape.channels(); c++) {
      int shift = 16 - 8 * c;
      for (int i = 0; i < plane; i++) {
        pixels[c * plane + i] = (rgb[i] >> shift) & 0xff;
      }
    }
    return pixels;
  }

  /** Size and channels (3, or 1 for grey) without decoding the pixels. */
  private static Shape header(Picture picture) {
    try (InputStream in = picture.open();
        ImageInputStream data = ImageIO.createImageInputStream(in)) {
      Iterator<ImageReader> readers = ImageIO.getImageReaders(data);
      if (!readers.hasNext()) {
        throw undecodable(picture, null);
      }
      ImageReader reader = readers.next();
      try {
        reader.setInput(data, true, true);
        ImageTypeSpecifier type = reader.getRawImageType(0);
        if (type == null) {
          Iterator<ImageTypeSpecifier> types = reader.getImageTypes(0);
          type = types.hasNext() ? types.next() : null;
        }
        boolean grey =
            type != null
                && !(type.getColorModel() instanceof IndexColorModel)
                && type.getNumBands() <= 2;
        if (type != null && type.getBitsPerBand(0) > 8) {
          throw new BadInputException(
              "%s: has more than 8 bits a sample; save it with 8".formatted(picture.name()));
        }
        if (grey && type.getBitsPerBand(0) < 8) {
          throw new BadInputException(
              "%s: has fewer than 8 bits a sample; save it with 8".formatted(picture.name()));
        }
        return new Shape(grey ? 1 : 3, reader.getHeight(0), reader.getWidth(0));
      } finally {
        reader.dispose();
      }
    } catch (IOException | IllegalArgumentException e) {
      throw undecodable(picture, e);
    }
  }

  private static BadInputException undecodable(Picture picture, Exception cause) {
    return new BadInputException(
        "%s: cannot be decoded%s; save it as RGB or grey JPEG or PNG"
            .formatted(picture.name(), cause == null ? "" : ": " + cause.getMessage()),
        cause);
  }
}
