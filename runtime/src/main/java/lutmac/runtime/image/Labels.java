package lutmac.runtime.image;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Locale;
import lutmac.network.BadInputException;
import lutmac.network.file.InputFile;
import lutmac.network.file.MissingFile;

/**
 * Class of every image of a set.
 *
 * @param source file that they come from, for messages
 * @param values one label an image
 */
public record Labels(Path source, int[] values) {

  /**
   * Labels from a {@code .npy} file of integers {@code [N]}, the same alone in a {@code .npz}
   * archive, or a {@code .csv} file ({@link CsvLabels}).
   *
   * @throws BadInputException if the file is missing, damaged, or holds something else
   */
  public static Labels read(Path source) {
    try {
      InputFile.require(source);
    } catch (NoSuchFileException e) {
      throw MissingFile.file(source);
    } catch (IOException e) {
      throw new BadInputException("%s: cannot be read: %s".formatted(source, e.getMessage()), e);
    }
    boolean csv = source.toString().toLowerCase(Locale.ROOT).endsWith(".csv");
    if (!csv && !NpyFile.isOne(source) && !NpzArchive.isOne(source)) {
      throw new BadInputException(
          source + ": neither a .npy nor a .csv file; give labels as .npy [N] or in a .csv");
    }
    int[] values =
        csv
            ? CsvLabels.read(source)
            : readNpy(NpyFile.isOne(source) ? NpyFile.open(source) : NpzArchive.only(source));
    if (values.length == 0) {
      throw new BadInputException(source + ": holds no labels; give one label an image");
    }
    return new Labels(source, values);
  }

  private static int[] readNpy(NpyFile file) {
    int[] shape = file.shape();
    boolean vector = shape.length == 1 || (shape.length == 2 && shape[1] == 1);
    if (!vector || file.kind() == 'f') {
      throw new BadInputException(
          "%s: has shape %s of type %s%d; labels must be integers [N]"
              .formatted(file.path(), Arrays.toString(shape), file.kind(), file.bytes()));
    }
    int[] values = new int[shape[0]];
    for (int i = 0; i < values.length; i++) {
      long value = file.integer(i);
      if (value < Integer.MIN_VALUE / 2 || value > Integer.MAX_VALUE / 2) {
        throw new BadInputException(
            "%s: label %d of image %d is no class".formatted(file.path(), value, i));
      }
      values[i] = (int) value;
    }
    return values;
  }

  public int count() {
    return values.length;
  }

  /**
   * Checks the labels against images and network.
   *
   * @param images the images that they belong to
   * @param outputs classes of the network
   * @param offset output index = label + offset
   * @throws BadInputException if there are not as many labels as images, or one names no output
   */
  public void check(ImageSet images, int outputs, int offset) {
    if (values.length != images.count()) {
      throw new BadInputException(
          "%s: holds %d labels but %s holds %d images; give one label an image"
              .formatted(source, values.length, images.source(), images.count()));
    }
    for (int i = 0; i < values.length; i++) {
      int output = values[i] + offset;
      if (output < 0 || output >= outputs) {
        throw new BadInputException(
            "%s: label %d of image %d is output %d of the network, which has outputs 0..%d; check the label offset %d"
                .formatted(source, values[i], i, output, outputs - 1, offset));
      }
    }
  }
}
