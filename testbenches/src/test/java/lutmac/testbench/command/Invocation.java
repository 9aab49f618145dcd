package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import lutmac.cli.Main;

/**
 * What one run of the command did.
 *
 * @param out all that it wrote to standard output
 * @param err all that it wrote to standard error
 */
record Invocation(int exitCode, String out, String err) {
  private static final Pattern PROGRESS =
      Pattern.compile("[a-z]+: ([a-z ]+: )?\\d+ %(, about \\d+ (s|min) left)?");
  private static final Pattern STEP = Pattern.compile("\\d/\\d [a-z]+ .*");

  /** Runs the command in this process. */
  static Invocation of(String... arguments) {
    PrintStream realOut = System.out;
    PrintStream realErr = System.err;
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    ByteArrayOutputStream err = new ByteArrayOutputStream();
    try (PrintStream capturedOut = new PrintStream(out, true, StandardCharsets.UTF_8);
        PrintStream capturedErr = new PrintStream(err, true, StandardCharsets.UTF_8)) {
      System.setOut(capturedOut);
      System.setErr(capturedErr);
      int exitCode = Main.run(arguments);
      return new Invocation(
          exitCode, out.toString(StandardCharsets.UTF_8), err.toString(StandardCharsets.UTF_8));
    } finally {
      System.setOut(realOut);
      System.setErr(realErr);
    }
  }

  /** Checks that all went well. */
  Invocation succeeded() {
    assertEquals(0, exitCode, () -> "exit code; it said: " + err);
    return this;
  }

  /**
   * Checks what {@link #refusal} does of one for machines: it is an object on standard output, too.
   */
  void refusalForMachines(String... parts) {
    String line = new Invocation(exitCode, "", err).refusal(parts);
    try {
      JsonNode object = new ObjectMapper().readTree(out);
      assertEquals(line, "lutmac: " + object.at("/error/message").textValue());
      assertEquals(exitCode, object.at("/error/exitCode").intValue());
      assertEquals(1, object.path("format").intValue());
    } catch (IOException e) {
      throw new AssertionError("no object: " + out, e);
    }
  }

  /**
   * Checks what every refusal has in common: exit code 2, nothing on standard output, and, behind
   * whatever progress there was, one line that is neither a stack trace nor a Java exception.
   *
   * @param parts what the line must contain
   * @return the line
   */
  String refusal(String... parts) {
    assertEquals(2, exitCode, () -> "exit code; it said: " + err);
    assertEquals("", out, "standard output");
    List<String> lines = err.lines().toList();
    assertFalse(lines.isEmpty(), "no message");
    String last = lines.get(lines.size() - 1);
    assertEquals(
        List.of(last),
        lines.stream()
            .filter(line -> !PROGRESS.matcher(line).matches() && !STEP.matcher(line).matches())
            .toList(),
        "the message is one line, the last one");
    assertTrue(last.startsWith("lutmac: "), last);
    for (String javaish : List.of("\tat ", "java.", "lutmac.", "null")) {
      assertFalse(
          last.replaceAll("\\S*/\\S*", "PATH").contains(javaish), "'" + javaish + "' in: " + last);
    }
    for (String part : parts) {
      assertTrue(last.contains(part), "'%s' in: %s".formatted(part, last));
    }
    return last;
  }

  /** The arguments, followed by {@code more}. */
  static String[] with(String[] arguments, String... more) {
    String[] all = Arrays.copyOf(arguments, arguments.length + more.length);
    System.arraycopy(more, 0, all, arguments.length, more.length);
    return all;
  }
}
