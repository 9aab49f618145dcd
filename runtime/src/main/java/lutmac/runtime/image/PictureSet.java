package lutmac.runtime.image;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import javax.imageio.ImageIO;
import lutmac.network.BadInputException;
import lutmac.network.file.InputFile;
import lutmac.network.shape.Shape;

/**
 * JPEG and PNG files of one size, sorted by name, as 8-bit RGB; if all of them are grey, as one
 * channel.
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
      return new BufferedInputStream(InputFile.stream(path));
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

  /** Neither a picture nor an archive may unpack to more than a computer has. */
  private static final int MOST_PIXELS = 1 << 25;

  private static final int LARGEST_FILE = 1 << 28;

  private final Path source;
  private final List<? extends Picture> pictures;
  private final List<String> names;
  private final Shape shape;

  private PictureSet(Path source, List<? extends Picture> pictures) {
    this.source = source;
    this.pictures = pictures;
    this.names = ShortNames.of(pictures.stream().map(Picture::name).toList());
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

  /** Single files, in their order. */
  static PictureSet ofFiles(List<Path> files) {
    return new PictureSet(files.get(0), files.stream().map(FilePicture::new).toList());
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
      ZipFile zip = InputFile.zip(archive);
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

  static boolean isPicture(String name) {
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
  public String name(int index) {
    return names.get(index);
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
    int[][] planes;
    try (InputStream in = picture.open()) {
      byte[] file = in.readNBytes(LARGEST_FILE);
      if (in.read() >= 0) {
        throw new IOException("it has more than %d MiB".formatted(LARGEST_FILE >> 20));
      }
      planes = PictureCodec.of(Arrays.copyOf(file, PictureCodec.MAGIC_BYTES)).planes(file);
    } catch (IOException | RuntimeException e) {
      // The platform's decoders throw whatever comes to them at damaged files.
      throw undecodable(picture, e);
    }
    int plane = shape.pixels();
    if (planes[0].length != plane) {
      throw undecodable(picture, null);
    }
    float[] pixels = new float[shape.size()];
    for (int i = 0; i < pixels.length; i++) {
      pixels[i] = planes[planes.length == 1 ? 0 : i / plane][i % plane];
    }
    return pixels;
  }

  /** Size and channels (3, or 1 for grey) without decoding the pixels. */
  private static Shape header(Picture picture) {
    try (DataInputStream in = new DataInputStream(picture.open())) {
      in.mark(PictureCodec.MAGIC_BYTES);
      byte[] magic = in.readNBytes(PictureCodec.MAGIC_BYTES);
      in.reset();
      Shape shape = PictureCodec.of(magic).shape(picture.name(), in);
      if (shape.pixels() > MOST_PIXELS) {
        throw new IOException("it has more than %,d pixels".formatted(MOST_PIXELS));
      }
      return shape;
    } catch (EOFException e) {
      throw undecodable(picture, new EOFException("it is cut off"));
    } catch (BadInputException e) {
      throw e;
    } catch (IOException | RuntimeException e) {
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
