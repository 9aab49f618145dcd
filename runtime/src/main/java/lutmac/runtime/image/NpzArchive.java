package lutmac.runtime.image;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import lutmac.network.BadInputException;
import lutmac.network.file.InputFile;

/** NumPy's archives of arrays ({@code numpy.savez}): zip files of {@code .npy} files. */
final class NpzArchive {
  private static final String SUFFIX = ".npy";
  private static final int LARGEST = Integer.MAX_VALUE / 2;

  private NpzArchive() {}

  /** Whether a file is a zip archive that holds an array. */
  static boolean isOne(Path path) {
    try (ZipFile zip = InputFile.zip(path)) {
      return !arrays(zip).isEmpty();
    } catch (IOException e) {
      return false;
    }
  }

  /**
   * The only array of an archive, in memory.
   *
   * @throws BadInputException if it holds several, or its array is damaged or too large
   */
  static NpyFile only(Path path) {
    try (ZipFile zip = InputFile.zip(path)) {
      List<? extends ZipEntry> arrays = arrays(zip);
      if (arrays.size() != 1) {
        throw new BadInputException(
            "%s: holds the arrays %s; save the one that is meant alone, with numpy.save"
                .formatted(
                    path,
                    arrays.stream()
                        .map(entry -> entry.getName().replace(SUFFIX, ""))
                        .collect(Collectors.joining(", "))));
      }
      long size = arrays.get(0).getSize();
      if (size > LARGEST) {
        throw new BadInputException(
            path + ": its array is too large to be unpacked in memory; save it with numpy.save");
      }
      try (InputStream in = zip.getInputStream(arrays.get(0))) {
        // What it unpacks to may be more than it says.
        byte[] bytes = in.readNBytes((int) size + 1);
        if (bytes.length != size) {
          throw new IOException("its array has not the size that the archive states");
        }
        return NpyFile.of(path, bytes);
      }
    } catch (IOException e) {
      throw new BadInputException("%s: cannot be read: %s".formatted(path, e.getMessage()), e);
    }
  }

  private static List<? extends ZipEntry> arrays(ZipFile zip) {
    return zip.stream().filter(entry -> entry.getName().endsWith(SUFFIX)).toList();
  }
}
