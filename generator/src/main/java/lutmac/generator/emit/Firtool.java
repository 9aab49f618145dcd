package lutmac.generator.emit;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import lutmac.network.BadInputException;

/**
 * The program that makes Verilog of elaborated Chisel. Chisel takes it from the folder {@code
 * CHISEL_FIRTOOL_PATH} or from the class path, and would else download it.
 */
final class Firtool {
  private static final String PATH_VARIABLE = "CHISEL_FIRTOOL_PATH";

  /** Mode of the library that would download it. */
  private static final String DOWNLOAD_MODE = "firtoolresolver.shaded.coursier.mode";

  private static final String RESOURCE = "org.chipsalliance/llvm-firtool/linux-x64/bin/firtool";

  private Firtool() {}

  /**
   * Makes sure that nothing is downloaded.
   *
   * @throws BadInputException if firtool is in neither place
   */
  static void requireInstalled() {
    requireInstalled(
        System.getenv(PATH_VARIABLE),
        System.getProperty("os.name") + " " + System.getProperty("os.arch"),
        Firtool.class.getClassLoader());
    // The library also downloads when it cannot unpack what is on the class path.
    System.setProperty(DOWNLOAD_MODE, "offline");
  }

  /** Why Chisel cannot start a firtool that is installed: it lies packed in a library. */
  static BadInputException cannotUnpack(Exception cause) {
    String cache =
        Optional.ofNullable(System.getenv("XDG_CACHE_HOME"))
            .orElse(System.getProperty("user.home") + "/.cache");
    return new BadInputException(
        "cannot unpack firtool (50 MB) below %s: it needs write permission and space there, or set %s to a folder that holds it"
            .formatted(cache, PATH_VARIABLE),
        cause);
  }

  static void requireInstalled(String folder, String platform, ClassLoader libraries) {
    if (folder != null) {
      if (!Files.isExecutable(Path.of(folder, "firtool"))) {
        throw new BadInputException(
            "%s is %s, where there is no program firtool: correct it or unset it"
                .formatted(PATH_VARIABLE, folder));
      }
    } else if (!platform.equals("Linux amd64") || libraries.getResource(RESOURCE) == null) {
      throw new BadInputException(
          "firtool for %s is not among the installed libraries: install it (it is part of CIRCT) and set %s to its folder"
              .formatted(platform, PATH_VARIABLE));
    }
  }
}
