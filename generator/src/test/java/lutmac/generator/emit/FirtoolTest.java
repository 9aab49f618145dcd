package lutmac.generator.emit;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import lutmac.quant.BadInputException;
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

  private static void assertMessageNames(String expected, BadInputException error) {
    assertTrue(error.getMessage().contains(expected), error.getMessage());
    assertTrue(error.getMessage().lines().count() == 1, error.getMessage());
  }
}
