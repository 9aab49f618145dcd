package lutmac.generator.emit;

import java.nio.file.Files;
import java.nio.file.Path;
import lutmac.quant.BadInputException;

/**
 * The program that lowers elaborated Chisel to Verilog. Chisel takes it from the folder {@code
 * CHISEL_FIRTOOL_PATH} or from the class path, and would else download it.
 */
final class Firtool {
  private static final String PATH_VARIABLE = "CHISEL_FIRTOOL_PATH";
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
