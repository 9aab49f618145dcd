package lutmac.network.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryReplacementTest {
  @TempDir Path folder;

  private static Map<String, byte[]> files(String... namesAndTexts) {
    Map<String, byte[]> files = new TreeMap<>();
    for (int i = 0; i < namesAndTexts.length; i += 2) {
      files.put(namesAndTexts[i], namesAndTexts[i + 1].getBytes(StandardCharsets.UTF_8));
    }
    return files;
  }

  /** Everything below the test's folder. */
  private Map<String, String> tree() throws IOException {
    Map<String, String> tree = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        tree.put(folder.relativize(path).toString(), Files.readString(path));
      }
    }
    return tree;
  }

  @Test
  void writesANewDirectoryWithItsParents() throws IOException {
    DirectoryReplacement.replace(folder.resolve("a/b"), files("x", "1", "sub/y", "2"));
    assertEquals(Map.of("a/b/x", "1", "a/b/sub/y", "2"), tree());
  }

  @Test
  void leavesNothingOfAnOlderDirectory() throws IOException {
    DirectoryReplacement.replace(folder.resolve("d"), files("old", "1", "sub/old", "2"));
    DirectoryReplacement.replace(folder.resolve("d"), files("new", "3"));
    assertEquals(Map.of("d/new", "3"), tree());
  }

  @Test
  void replacesWhatASymbolicLinkPointsTo() throws IOException {
    DirectoryReplacement.replace(folder.resolve("real"), files("old", "1"));
    Path link = Files.createSymbolicLink(folder.resolve("link"), folder.resolve("real"));
    DirectoryReplacement.replace(link, files("new", "2"));
    assertEquals(Map.of("real/new", "2"), tree());
  }

  @Test
  void keepsTheOlderDirectoryWhenAFileCannotBeWritten() throws IOException {
    Path directory = folder.resolve("d");
    DirectoryReplacement.replace(directory, files("old", "1"));
    String tooLong = "z".repeat(300);
    assertThrows(
        IOException.class,
        () -> DirectoryReplacement.replace(directory, files("a", "2", tooLong, "3")));
    assertEquals(Map.of("d/old", "1"), tree());
  }

  @Test
  void leavesNothingBehindWhenAFileCannotBeWritten() {
    String tooLong = "z".repeat(300);
    assertThrows(
        IOException.class,
        () -> DirectoryReplacement.replace(folder.resolve("d"), files("a", "2", tooLong, "3")));
    assertEquals(0, folder.toFile().list().length);
  }
}
