package lutmac.runtime.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import lutmac.network.BadInputException;
import lutmac.network.file.InputFile;

/** Opens image sets by what the file holds. */
public final class ImageSets {
  private ImageSets() {}

  /**
   * Images from a NumPy {@code .npy} file {@code [N, C, H, W]} (mapped, not loaded), from the only
   * array of a {@code .npz} archive, or JPEG and PNG files in a {@code .zip} archive or a
   * directory, sorted by name.
   *
   * @throws BadInputException if there is nothing usable
   */
  public static ImageSet read(Path source) {
    if (!Files.exists(source)) {
      throw new BadInputException(source + ": no such file or directory; check the path");
    }
    if (Files.isDirectory(source)) {
      return PictureSet.ofDirectory(source);
    }
    byte[] start = new byte[4];
    try (InputStream in = InputFile.stream(source)) {
      int length = in.readNBytes(start, 0, start.length);
      if (length == 0) {
        throw new BadInputException(
            source + ": the file is empty; give images as .npy, .zip or a directory");
      }
    } catch (IOException e) {
      throw new BadInputException("%s: cannot be read: %s".formatted(source, e.getMessage()), e);
    }
    if (start[0] == 'P' && start[1] == 'K') {
      if (NpzArchive.isOne(source)) {
        return new NpyImageSet(NpzArchive.only(source));
      }
      return PictureSet.ofZip(source);
    }
    if (start[0] == (byte) 0x93 && start[1] == 'N' && start[2] == 'U' && start[3] == 'M') {
      return new NpyImageSet(NpyFile.open(source));
    }
    throw new BadInputException(
        source
            + ": neither a .npy file nor a .zip archive; give images as .npy, .zip or a directory");
  }

  /** Whether a file in a folder is taken for one of its pictures, by its name. */
  public static boolean isPicture(Path file) {
    return PictureSet.isPicture(String.valueOf(file.getFileName()));
  }
}
