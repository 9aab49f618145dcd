package lutmac.network.file;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFileAttributes;

/**
 * Where an output really goes: behind links, which stay; and what of the file or directory that is
 * there already goes over to its successor.
 */
public final class OutputPlace {
  /** As many links as Linux follows. */
  private static final int LINKS = 40;

  private OutputPlace() {}

  /**
   * The place behind links, whether anything is there or not.
   *
   * @throws IOException if links lead in a circle
   */
  public static Path of(Path output) throws IOException {
    Path place = output.toAbsolutePath();
    for (int links = 0; Files.isSymbolicLink(place); links++) {
      if (links == LINKS) {
        throw new IOException("its links lead in a circle");
      }
      place = place.resolveSibling(Files.readSymbolicLink(place));
    }
    return place;
  }

  /**
   * The place of a file. What is there may be replaced only if it is a file, too: who renames
   * something over a device takes it from the whole machine.
   *
   * @throws IOException if something else is there, or a file that its owner protects
   */
  static Path ofFile(Path output) throws IOException {
    Path place = of(output);
    if (Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      InputFile.require(place);
      if (!Files.isWritable(place)) {
        throw new IOException("the file is there and protected from writing");
      }
    }
    return place;
  }

  /**
   * Gives a successor the permissions of what it will replace, if anything, and its owner as far as
   * this user may.
   */
  static void handOn(Path place, Path successor) throws IOException {
    PosixFileAttributeView old =
        Files.getFileAttributeView(place, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    PosixFileAttributeView fresh =
        Files.getFileAttributeView(successor, PosixFileAttributeView.class);
    if (old == null || fresh == null || !Files.exists(place, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    PosixFileAttributes wanted = old.readAttributes();
    PosixFileAttributes given = fresh.readAttributes();
    try {
      if (!wanted.group().equals(given.group())) {
        fresh.setGroup(wanted.group());
      }
      if (!wanted.owner().equals(given.owner())) {
        fresh.setOwner(wanted.owner());
      }
    } catch (IOException e) {
      // Only a superuser may give files away; then it belongs to who has written it.
    }
    fresh.setPermissions(wanted.permissions());
  }
}
