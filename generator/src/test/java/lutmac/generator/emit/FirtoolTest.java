package lutmac.generator.emit;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.pe.CsdStyle;
import lutmac.network.BadInputException;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirtoolTest {
  private static final ClassLoader NO_LIBRARIES = ClassLoader.getPlatformClassLoader();

  @Test
  void findsFirtoolAmongTheLibraries() {
    assertDoesNotThrow(
        () -> Firtool.requireInstalled(null, "Linux amd64", getClass().getClassLoader()));
  }

  @Test
  void refusesToDownloadFirtool() {
    assertMessageNames(
        "CHISEL_FIRTOOL_PATH",
        assertThrows(
            BadInputException.class,
            () -> Firtool.requireInstalled(null, "Linux amd64", NO_LIBRARIES)));
  }

  @Test
  void namesThePlatformThatTheLibrariesHaveNoFirtoolFor() {
    assertMessageNames(
        "Mac OS X aarch64",
        assertThrows(
            BadInputException.class,
            () -> Firtool.requireInstalled(null, "Mac OS X aarch64", getClass().getClassLoader())));
  }

  @Test
  void rejectsAFolderWithoutFirtool(@TempDir Path empty) {
    assertMessageNames(
        empty.toString(),
        assertThrows(
            BadInputException.class,
            () -> Firtool.requireInstalled(empty.toString(), "Linux amd64", NO_LIBRARIES)));
  }

  @Test
  void downloadsNothingWhenFirtoolCannotBeUnpacked(@TempDir Path folder) throws Exception {
    Path cache = Files.writeString(folder.resolve("cache"), "a file where a folder should be");
    String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
    String classes = System.getProperty("java.class.path");
    String output =
        RtlTool.run(
            folder,
            List.of(
                "env",
                "-u",
                "CHISEL_FIRTOOL_PATH",
                "XDG_CACHE_HOME=" + cache,
                java,
                "-cp",
                classes,
                EmitAndReport.class.getName()));
    assertTrue(output.startsWith("cannot unpack firtool (50 MB) below " + cache), output);
    assertEquals(1, output.lines().count(), output);
  }

  /** Emits a design and prints the message of its failure. */
  static final class EmitAndReport {
    private EmitAndReport() {}

    /** Runs in a process of its own, whose environment the test sets. */
    public static void main(String[] arguments) {
      try {
        RtlEmitter.emit(new AcceleratorConfig(1, 2, new CsdStyle(), 12, 4, 2, 2, 2));
        System.out.println("emitted");
      } catch (BadInputException e) {
        System.out.println(e.getMessage());
      }
    }
  }

  private static void assertMessageNames(String expected, BadInputException error) {
    assertTrue(error.getMessage().contains(expected), error.getMessage());
    assertTrue(error.getMessage().lines().count() == 1, error.getMessage());
  }
}
