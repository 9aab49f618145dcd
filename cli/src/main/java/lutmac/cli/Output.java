package lutmac.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import java.util.Locale;
import picocli.CommandLine.Option;

/**
 * Where a command's result goes: text for people or, with {@code --json}, exactly one object on
 * standard output. Everything else (progress, notes) goes to standard error.
 */
final class Output {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  @Option(names = "--json", description = "Print the result as one JSON object.")
  private boolean json;

  /** A line for people; nothing with {@code --json}. */
  void text(String format, Object... arguments) {
    if (!json) {
      System.out.println(
          arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments));
    }
  }

  /** A step of a long command, in both modes: progress, not result. */
  void step(String format, Object... arguments) {
    System.err.println(String.format(Locale.ROOT, format, arguments));
  }

  /** A remark that must be seen in both modes. */
  void note(String message) {
    System.err.println("lutmac: " + message);
  }

  /**
   * The result for machines; nothing without {@code --json}.
   *
   * @param result a record or a map: its parts become the object's members, in their order
   */
  void json(Object result) {
    if (!json) {
      return;
    }
    try {
      System.out.println(JSON.writeValueAsString(result));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a result that is no JSON", e);
    }
  }
}
