package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lutmac.testbench.Sources;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the tutorial and the samples tell people to type does what they say. */
@Tag("slow")
class TutorialTest {
  private static final Pattern BLOCK =
      Pattern.compile("^```(\\w*)\\n(.*?)^```$", Pattern.MULTILINE | Pattern.DOTALL);

  /** Processors sum up floats in other orders: the last digits of some figures are theirs. */
  private static final double TOLERANCE = 0.02;

  @TempDir Path directory;

  /** A block of the page: {@code sh} is typed, one without a name is what comes back. */
  private record Block(String kind, String text) {}

  private static List<Block> blocks() {
    Matcher matcher = BLOCK.matcher(Sources.text("docs/tutorial.md"));
    List<Block> blocks = new ArrayList<>();
    while (matcher.find()) {
      blocks.add(new Block(matcher.group(1), matcher.group(2)));
    }
    return blocks;
  }

  @Test
  void everyCommandOfTheTutorialPrintsWhatThePageShows() throws IOException, InterruptedException {
    Shell shell = Shell.in(directory);
    List<Block> blocks = blocks();
    int commands = 0;
    for (int b = 0; b < blocks.size(); b++) {
      if (!blocks.get(b).kind().equals("sh")) {
        continue;
      }
      List<String> printed = shell.run(blocks.get(b).text());
      Block shown = blocks.get(b + 1);
      assertEquals("", shown.kind(), "behind a command stands what it prints");
      matches(shown.text().lines().toList(), printed);
      commands++;
    }
    assertEquals(6, commands);
    assertTrue(Files.size(directory.resolve("digits/wave.fst")) > 100_000);
  }

  private void matches(List<String> shown, List<String> printed) {
    for (int line = 0; line < shown.size(); line++) {
      if (shown.get(line).equals("...")) {
        return;
      }
      assertTrue(line < printed.size(), () -> "less than the page shows: " + printed);
      String actual = printed.get(line).replace(directory + "/", "");
      if (!alike(shown.get(line), actual)) {
        fail("the page shows%n%s%nbut the command prints%n%s".formatted(shown.get(line), actual));
      }
    }
    assertEquals(shown.size(), printed.size(), () -> "more than the page shows: " + printed);
  }

  /** Words and whole numbers must be the same, fractions nearly. */
  private static boolean alike(String shown, String printed) {
    String[] left = shown.strip().split("\\s+");
    String[] right = printed.strip().split("\\s+");
    if (left.length != right.length) {
      return false;
    }
    for (int word = 0; word < left.length; word++) {
      if (!left[word].equals(right[word]) && !near(left[word], right[word])) {
        return false;
      }
    }
    return true;
  }

  private static boolean near(String left, String right) {
    if (!left.contains(".")) {
      return false;
    }
    try {
      double one = Double.parseDouble(left.replaceAll("[,%x]", ""));
      double other = Double.parseDouble(right.replaceAll("[,%x]", ""));
      return Math.abs(one - other) <= TOLERANCE * Math.max(Math.abs(one), 0.1);
    } catch (NumberFormatException e) {
      return false;
    }
  }

  @Test
  void everySampleOfTheFolderRuns() throws IOException, InterruptedException {
    Shell shell = Shell.in(directory);
    String samples = Sources.path("examples").toString();
    String work = directory.resolve("work").toString();
    List<String> pictures = shell.run(samples + "/01-classify-pictures.sh " + work);
    assertTrue(pictures.contains("digits, 3 images"), pictures.toString());
    assertEquals(List.of("eight", "four", "eight"), names(pictures));
    List<String> smaller = shell.run(samples + "/02-smaller-weights.sh " + work);
    assertEquals(2, smaller.stream().filter(line -> line.startsWith("conv1    ")).count());
    assertTrue(smaller.stream().anyMatch(line -> line.startsWith("conv1    fixed8")));
    assertEquals(2, smaller.stream().filter(line -> line.startsWith("top-1 %")).count());
    shell.run(samples + "/03-reference-vectors.sh " + work);
    assertTrue(Files.exists(directory.resolve("work/vectors/predict.json")));
    assertTrue(
        shell.run(samples + "/04-accelerator.sh " + work).stream()
            .anyMatch(line -> line.contains("is bit-exact: 2 images")));
    List<String> library =
        shell.run("%s %s/05-Library.java %s".formatted(Shell.java(), samples, work + "-java"));
    String software = line(library, "software: ");
    String hardware = line(library, "hardware: ");
    assertTrue(software.startsWith("software: eight (class 8), value 29."), software);
    assertEquals(software.replace("software: ", "hardware: "), hardware);
    assertTrue(last(library).startsWith("BIT_EXACT, "), library.toString());
  }

  @Test
  void samplesSayHowTheyAreUsed() throws IOException, InterruptedException {
    for (String sample : List.of("01-classify-pictures", "02-smaller-weights", "04-accelerator")) {
      Path script = Sources.path("examples").resolve(sample + ".sh");
      Process run = new ProcessBuilder(script.toString()).redirectErrorStream(true).start();
      String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      assertEquals(2, run.waitFor());
      assertTrue(said.startsWith("usage: " + script + " DIRECTORY"), said);
    }
  }

  /** The best class of every picture. */
  private static List<String> names(List<String> answers) {
    return answers.stream()
        .filter(line -> line.startsWith("test_"))
        .map(line -> line.split(" +")[2])
        .toList();
  }

  private static String line(List<String> lines, String start) {
    return lines.stream().filter(line -> line.startsWith(start)).findFirst().orElseThrow();
  }

  private static String last(List<String> lines) {
    return lines.get(lines.size() - 1);
  }
}
