package lutmac.examples.digits;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.IntStream;
import javax.imageio.ImageIO;
import lutmac.network.file.WholeFile;

/**
 * Rendered digits and what they are. One seed always gives the same images.
 *
 * @param pixels grey values {@code [N, 1, 20, 20]}, uint8
 * @param labels 0..9, {@code [N]}
 */
public record DigitImages(byte[] pixels, int[] labels) {
  /** Height and width of an image. */
  public static final int SIZE = 20;

  /** Pixels of an image. */
  public static final int PIXELS = SIZE * SIZE;

  public DigitImages {
    if (pixels.length != labels.length * PIXELS) {
      throw new IllegalArgumentException(
          "%d labels need %d pixels, got %d"
              .formatted(labels.length, labels.length * PIXELS, pixels.length));
    }
  }

  /**
   * Renders images; every digit is equally likely.
   *
   * @param seed of the whole set; the first images of a larger set of one seed are the smaller set
   */
  public static DigitImages render(long seed, int count) {
    Random random = new Random(seed);
    DigitRenderer renderer = new DigitRenderer(random, SIZE);
    byte[] pixels = new byte[count * PIXELS];
    int[] labels = new int[count];
    for (int n = 0; n < count; n++) {
      labels[n] = random.nextInt(10);
      System.arraycopy(renderer.draw(labels[n]), 0, pixels, n * PIXELS, PIXELS);
    }
    return new DigitImages(pixels, labels);
  }

  /** Number of images. */
  public int count() {
    return labels.length;
  }

  /** The images {@code from} (inclusive) to {@code to} (exclusive). */
  public DigitImages range(int from, int to) {
    return new DigitImages(
        Arrays.copyOfRange(pixels, from * PIXELS, to * PIXELS),
        Arrays.copyOfRange(labels, from, to));
  }

  /** The images as a NumPy file, uint8 {@code [N, 1, 20, 20]}. */
  public byte[] imageFile() {
    return NpyUint8.file(pixels, count(), 1, SIZE, SIZE);
  }

  /** One image as a grey PNG file. */
  public byte[] picture(int index) {
    BufferedImage picture = new BufferedImage(SIZE, SIZE, BufferedImage.TYPE_BYTE_GRAY);
    picture
        .getRaster()
        .setDataElements(
            0, 0, SIZE, SIZE, Arrays.copyOfRange(pixels, index * PIXELS, (index + 1) * PIXELS));
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try {
      if (!ImageIO.write(picture, "png", out)) {
        throw new IllegalStateException("this Java writes no PNG files");
      }
    } catch (IOException e) {
      throw new UncheckedIOException("in memory", e);
    }
    return out.toByteArray();
  }

  /**
   * Whether a file is a picture of an image. Its bytes say little: a Java compresses as it likes.
   */
  public boolean isPicture(int index, byte[] file) {
    try {
      BufferedImage picture = ImageIO.read(new ByteArrayInputStream(file));
      if (picture == null || picture.getRaster().getNumBands() != 1) {
        return false;
      }
      int[] samples =
          picture
              .getRaster()
              .getSamples(0, 0, picture.getWidth(), picture.getHeight(), 0, (int[]) null);
      return picture.getWidth() == SIZE
          && samples.length == PIXELS
          && IntStream.range(0, PIXELS)
              .allMatch(i -> samples[i] == Byte.toUnsignedInt(pixels[index * PIXELS + i]));
    } catch (IOException | RuntimeException e) {
      // The platform's decoders throw whatever comes to them at damaged files.
      return false;
    }
  }

  /** Their labels as a NumPy file, uint8 {@code [N]}. */
  public byte[] labelFile() {
    byte[] classes = new byte[count()];
    for (int n = 0; n < classes.length; n++) {
      classes[n] = (byte) labels[n];
    }
    return NpyUint8.file(classes, count());
  }

  /**
   * Writes both files.
   *
   * @throws lutmac.network.BadInputException if one cannot be written
   */
  public void write(Path images, Path classes) {
    WholeFile.write(imageFile(), images);
    WholeFile.write(labelFile(), classes);
  }
}
