package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Every link of the documents to a file of the checkout, or to a heading, leads somewhere. */
class DocumentLinksTest {
  private static final Pattern FENCED =
      Pattern.compile("^```.*?^```$", Pattern.MULTILINE | Pattern.DOTALL);

  private static final Pattern LINK = Pattern.compile("\\[[^\\]]*\\]\\(([^)\\s]+)\\)");

  private static final Pattern HEADING = Pattern.compile("^#+ (.*)$", Pattern.MULTILINE);

  /** Fewer links than this, and the pattern above has gone blind. */
  private static final int AT_LEAST = 70;

  @Test
  void everyLinkLeadsToAFileAndAHeading() throws IOException {
    List<String> broken = new ArrayList<>();
    int links = 0;
    for (Path document : documents()) {
      String prose =
          FENCED.matcher(Files.readString(document)).replaceAll("").replaceAll("`[^`\\n]*`", "");
      Matcher link = LINK.matcher(prose);
      while (link.find()) {
        String target = link.group(1);
        if (target.contains("://")) {
          continue;
        }
        links++;
        complaint(document, target)
            .ifPresent(
                complaint ->
                    broken.add("%s: %s: %s".formatted(document.getFileName(), target, complaint)));
      }
    }
    assertEquals(List.of(), broken);
    assertTrue(links >= AT_LEAST, "only " + links + " links found");
  }

  @Test
  void anchorsAreSpelledAsSitesDo() {
    assertEquals(
        Set.of("10-bus", "bins-drain-by-horners-rule", "a-file_b", "words", "words-1"),
        anchors(
            """
            # 10. Bus
            ## `bins`: drain by Horner's rule
            ### [A file](x.md)_b
            ## Words
            ```
            # no heading
            ```
            ## Words
            """));
  }

  private static List<Path> documents() throws IOException {
    List<Path> documents = new ArrayList<>(List.of(Sources.path("README.md")));
    for (String folder : List.of("docs", "examples")) {
      try (Stream<Path> files = Files.list(Sources.path(folder))) {
        files.filter(file -> file.toString().endsWith(".md")).sorted().forEach(documents::add);
      }
    }
    return documents;
  }

  /** What is wrong with a link, if anything is. */
  private static Optional<String> complaint(Path document, String target) throws IOException {
    int hash = target.indexOf('#');
    String path = hash < 0 ? target : target.substring(0, hash);
    Path file = path.isEmpty() ? document : document.resolveSibling(path).normalize();
    if (!Files.exists(file)) {
      return Optional.of("no such file");
    }
    if (hash < 0 || anchors(Files.readString(file)).contains(target.substring(hash + 1))) {
      return Optional.empty();
    }
    return Optional.of("no such heading");
  }

  /**
   * The anchors of a page as sites that show Markdown make them: small letters, hyphens for spaces,
   * nothing else but digits and underscores, and a number where a heading comes again.
   */
  private static Set<String> anchors(String page) {
    Set<String> anchors = new HashSet<>();
    Matcher heading = HEADING.matcher(FENCED.matcher(page).replaceAll(""));
    while (heading.find()) {
      String anchor =
          heading
              .group(1)
              .replaceAll("\\]\\([^)]*\\)", "]")
              .toLowerCase(Locale.ROOT)
              .replaceAll("[^\\p{L}\\p{N} _-]", "")
              .replace(' ', '-');
      int again = 1;
      String free = anchor;
      while (!anchors.add(free)) {
        free = anchor + "-" + again++;
      }
    }
    return anchors;
  }
}
