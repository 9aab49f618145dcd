package lutmac.network.file;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class WholeFileTest {
  @TempDir Path folder;

  private List<Path> files() throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.toList();
    }
  }

  @Test
  void replacesAnOlderFile() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    WholeFile.write(out -> out.write("new".getBytes(StandardCharsets.UTF_8)), file);
    assertEquals("new", Files.readString(file));
    assertEquals(List.of(file), files());
  }

  @Test
  void anOlderFileStaysWhereWritingFails() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    assertThrows(
        IOException.class,
        () ->
            WholeFile.write(
                out -> {
                  out.write(new byte[1 << 20]);
                  throw new IOException("no more space");
                },
                file));
    assertEquals("old", Files.readString(file));
    assertEquals(List.of(file), files());
  }

  private static void write(String text, Path file) throws IOException {
    WholeFile.write(out -> out.write(text.getBytes(StandardCharsets.UTF_8)), file);
  }

  @Test
  void followsLinksAndLeavesThem() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    Files.createSymbolicLink(folder.resolve("near"), Path.of("file"));
    Path far = Files.createSymbolicLink(folder.resolve("far"), Path.of("near"));
    write("new", far);
    assertEquals("new", Files.readString(file));
    assertTrue(Files.isSymbolicLink(far));
    assertFalse(Files.isSymbolicLink(file));
    Path ahead = Files.createSymbolicLink(folder.resolve("ahead"), Path.of("made"));
    write("first", ahead);
    assertEquals("first", Files.readString(folder.resolve("made")));
    assertTrue(Files.isSymbolicLink(ahead));
  }

  @Test
  void refusesLinksInACircle() throws IOException {
    Path one = Files.createSymbolicLink(folder.resolve("one"), Path.of("other"));
    Files.createSymbolicLink(folder.resolve("other"), Path.of("one"));
    assertThrows(IOException.class, () -> write("new", one));
    assertTrue(Files.isSymbolicLink(one));
  }

  @Test
  void keepsThePermissionsOfAnOlderFile() throws IOException {
    Path file = Files.writeString(folder.resolve("file"), "old");
    Set<PosixFilePermission> shared = PosixFilePermissions.fromString("rwxrw-r--");
    Files.setPosixFilePermissions(file, shared);
    write("new", file);
    assertEquals(shared, Files.getPosixFilePermissions(file));
  }

  /** A pipe stands for whatever is no file: it is not renamed over, and nothing waits for it. */
  @Test
  void refusesAPipeAlsoBehindALink() throws IOException, InterruptedException {
    Path pipe = folder.resolve("pipe");
    assertEquals(0, new ProcessBuilder("mkfifo", pipe.toString()).start().waitFor());
    Path link = Files.createSymbolicLink(folder.resolve("link"), pipe);
    for (Path output : List.of(pipe, link)) {
      IOException refused = assertThrows(IOException.class, () -> write("new", output));
      assertTrue(refused.getMessage().contains("pipe"), refused.getMessage());
    }
    IOException unread = assertThrows(IOException.class, () -> InputFile.bytes(link));
    assertTrue(unread.getMessage().contains("pipe"), unread.getMessage());
    assertTrue(Files.readAttributes(pipe, BasicFileAttributes.class).isOther());
    assertEquals(2, files().size());
  }

  @Test
  void aNameMayBeAsLongAsTheFileSystemAllows() throws IOException {
    Path file = folder.resolve("n".repeat(255));
    write("new", file);
    assertEquals("new", Files.readString(file));
  }
}
