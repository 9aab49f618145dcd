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

  @Option(
      names = {"-q", "--quiet"},
      description = "Say nothing but the result and errors: no progress, no remarks.")
  private boolean quiet;

  @Option(
      names = {"-v", "--verbose"},
      description = "Say every tenth of the progress, in a log as well.")
  private boolean verbose;

  private Verbosity verbosity() {
    return quiet ? Verbosity.QUIET : verbose ? Verbosity.VERBOSE : Verbosity.NORMAL;
  }

  /** The progress of a long job. */
  ProgressDisplay progress(String task) {
    return new ProgressDisplay(task, verbosity());
  }

  /** A line for people; nothing with {@code --json}. */
  void text(String format, Object... arguments) {
    if (!json) {
      System.out.println(
          arguments.length == 0 ? format : String.format(Locale.ROOT, format, arguments));
    }
  }

  /** A step of a long command, in both modes: progress, not result. */
  void step(String format, Object... arguments) {
    if (!quiet) {
      System.err.println(String.format(Locale.ROOT, format, arguments));
    }
  }

  /** A remark that must be seen in both modes, unless nothing is to be said. */
  void note(String message) {
    if (!quiet) {
      System.err.println("lutmac: " + message);
    }
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
