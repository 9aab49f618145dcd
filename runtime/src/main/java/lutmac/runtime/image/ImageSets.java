package lutmac.runtime.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import lutmac.network.BadInputException;
import lutmac.network.file.InputFile;
import lutmac.network.file.MissingFile;

/** Opens image sets by what the file holds. */
public final class ImageSets {
  private ImageSets() {}

  /**
   * Images from a NumPy {@code .npy} file {@code [N, C, H, W]} (mapped, not loaded), from the only
   * array of a {@code .npz} archive, or JPEG and PNG files: one, or those in a {@code .zip} archive
   * or a directory, sorted by name.
   *
   * @throws BadInputException if there is nothing usable
   */
  public static ImageSet read(Path source) {
    if (!Files.exists(source)) {
      throw MissingFile.fileOrDirectory(source);
    }
    if (Files.isDirectory(source)) {
      return PictureSet.ofDirectory(source);
    }
    byte[] start = start(source);
    if (start[0] == 'P' && start[1] == 'K') {
      if (NpzArchive.isOne(source)) {
        return new NpyImageSet(NpzArchive.only(source));
      }
      return PictureSet.ofZip(source);
    }
    if (start[0] == (byte) 0x93 && start[1] == 'N' && start[2] == 'U' && start[3] == 'M') {
      return new NpyImageSet(NpyFile.open(source));
    }
    if (PictureCodec.isPicture(start)) {
      return PictureSet.ofFiles(List.of(source));
    }
    throw new BadInputException(
        source
            + ": neither a .npy file, a .zip archive nor a JPEG or PNG picture; give images as .npy, .zip or a directory");
  }

  /**
   * Images as {@link #read}, or several pictures in the order given.
   *
   * @param sources at least one
   * @throws BadInputException if there is nothing usable, or one of several is no picture
   */
  public static ImageSet read(List<Path> sources) {
    if (sources.size() == 1) {
      return read(sources.get(0));
    }
    for (Path source : sources) {
      if (!Files.exists(source)) {
        throw MissingFile.fileOrDirectory(source);
      }
      if (Files.isDirectory(source) || !PictureCodec.isPicture(start(source))) {
        throw new BadInputException(
            source
                + ": of several images every one must be a JPEG or PNG file; give a folder, archive or .npy file alone");
      }
    }
    return PictureSet.ofFiles(sources);
  }

  /** The first bytes of a file, by which it is known; zeros behind its end. */
  private static byte[] start(Path source) {
    byte[] start = new byte[PictureCodec.MAGIC_BYTES];
    try (InputStream in = InputFile.stream(source)) {
      if (in.readNBytes(start, 0, start.length) == 0) {
        throw new BadInputException(
            source + ": the file is empty; give images as .npy, .zip or a directory");
      }
      return start;
    } catch (IOException e) {
      throw new BadInputException("%s: cannot be read: %s".formatted(source, e.getMessage()), e);
    }
  }

  /** Whether a file in a folder is taken for one of its pictures, by its name. */
  public static boolean isPicture(Path file) {
    return PictureSet.isPicture(String.valueOf(file.getFileName()));
  }
}
