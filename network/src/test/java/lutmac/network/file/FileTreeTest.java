package lutmac.network.file;

import static org.junit.jupiter.api.Assertions.assertDoesNotThrow;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FileTreeTest {
  @TempDir Path folder;

  @Test
  void deletesADirectoryWithEverythingInIt() throws IOException {
    Path root = Files.createDirectories(folder.resolve("root"));
    Files.createDirectories(root.resolve("a/b"));
    Files.writeString(root.resolve("a/b/file"), "text");
    FileTree.delete(root);
    assertFalse(Files.exists(root));
    assertTrue(Files.exists(folder));
  }

  @Test
  void leavesWhatALinkPointsTo() throws IOException {
    Path kept = Files.writeString(folder.resolve("kept"), "text");
    Path root = Files.createDirectories(folder.resolve("root"));
    Files.createSymbolicLink(root.resolve("link"), kept);
    FileTree.delete(root);
    assertTrue(Files.exists(kept));
  }

  @Test
  void nothingIsDeletedWhereNothingIs() {
    assertDoesNotThrow(() -> FileTree.delete(folder.resolve("nowhere")));
  }
}
