package lutmac.runtime.image;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import lutmac.network.BadInputException;
import lutmac.network.shape.Shape;

/**
 * A class for every pixel of every image of a set, integers {@code [N, H, W]}; mapped, not held.
 */
public final class LabelMaps {
  /** A pixel that does not count, in {@link #map}. */
  public static final int VOID = Integer.MIN_VALUE;

  /** How files call such a pixel: 255 in bytes, as of Pascal VOC and Cityscapes, or -1. */
  private static final int VOID_BYTE = 255;

  private final NpyFile file;

  private LabelMaps(NpyFile file) {
    this.file = file;
  }

  /** Whether a file holds an array of more axes than labels of whole images have. */
  public static boolean isOne(Path source) {
    return Files.isRegularFile(source)
        && (NpyFile.isOne(source) || NpzArchive.isOne(source))
        && open(source).shape().length > 2;
  }

  private static NpyFile open(Path source) {
    return NpyFile.isOne(source) ? NpyFile.open(source) : NpzArchive.only(source);
  }

  /**
   * Label maps from a {@code .npy} file, or a {@code .npz} archive that holds nothing else.
   *
   * @throws BadInputException if it holds something else
   */
  public static LabelMaps read(Path source) {
    NpyFile file = open(source);
    int[] shape = file.shape();
    boolean maps = shape.length == 3 || (shape.length == 4 && shape[1] == 1);
    if (!maps || file.kind() == 'f') {
      throw new BadInputException(
          "%s: has shape %s of type %s%d; label maps must be integers [N, H, W]"
              .formatted(source, Arrays.toString(shape), file.kind(), file.bytes()));
    }
    if (Arrays.stream(shape).anyMatch(extent -> extent == 0)) {
      throw new BadInputException(source + ": holds no labels; give one label map an image");
    }
    return new LabelMaps(file);
  }

  /** Extents of the array. */
  public String extents() {
    return Arrays.toString(file.shape());
  }

  /** File that they come from. */
  public Path source() {
    return file.path();
  }

  private int height() {
    return file.shape()[file.shape().length - 2];
  }

  private int width() {
    return file.shape()[file.shape().length - 1];
  }

  /** Labels of an image, {@code [H, W]} row major; {@link #VOID} where a pixel does not count. */
  public int[] map(int image) {
    int[] map = new int[height() * width()];
    int axes = file.shape().length;
    for (int y = 0; y < height(); y++) {
      for (int x = 0; x < width(); x++) {
        long label =
            file.integer(
                image * file.stride(0) + y * file.stride(axes - 2) + x * file.stride(axes - 1));
        boolean none = label == -1 || label == VOID_BYTE;
        map[y * width() + x] =
            none
                ? VOID
                : (int) Math.max(Integer.MIN_VALUE / 2, Math.min(Integer.MAX_VALUE / 2, label));
      }
    }
    return map;
  }

  /**
   * Checks the maps against images and network.
   *
   * @param first number of the first image that counts
   * @param end one past the last
   * @param output shape of the network's output, {@code [C, H, W]}
   * @param classes that it tells apart
   * @param offset class = label + offset
   * @throws BadInputException if they are not as many, not as large, or one names no class
   */
  public void check(ImageSet images, int first, int end, Shape output, int classes, int offset) {
    if (file.shape()[0] != images.count()) {
      throw new BadInputException(
          "%s: holds %d label maps but %s holds %d images; give one map an image"
              .formatted(source(), file.shape()[0], images.source(), images.count()));
    }
    if (height() != output.height() || width() != output.width()) {
      throw new BadInputException(
          "%s: label maps are %dx%d but the network's output is %dx%d; give maps of that size"
              .formatted(source(), height(), width(), output.height(), output.width()));
    }
    long counted = 0;
    for (int image = first; image < end; image++) {
      for (int label : map(image)) {
        if (label == VOID) {
          continue;
        }
        if (label + offset < 0 || label + offset >= classes) {
          throw new BadInputException(
              "%s: label %d in the map of image %d is class %d of the network, which has classes 0..%d (255 or -1: does not count); check the label offset %d"
                  .formatted(source(), label, image, label + offset, classes - 1, offset));
        }
        counted++;
      }
    }
    if (counted == 0) {
      throw new BadInputException(
          source() + ": no pixel counts; give classes that are not 255 or -1");
    }
  }
}
