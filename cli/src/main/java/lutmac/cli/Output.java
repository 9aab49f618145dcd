package lutmac.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * Where a command's result goes: text for people or, with {@code --json}, exactly one object on
 * standard output. Everything else (progress, notes) goes to standard error.
 */
final class Output {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(SerializationFeature.INDENT_OUTPUT);

  /** Version of the objects' fields: names, units and meanings. */
  static final int FORMAT = 1;

  static final String OPTION = "--json";

  @Option(names = OPTION, description = "Print the result, or the error, as one JSON object.")
  private boolean json;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec command;

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
    System.out.println(object(command.name(), result));
  }

  /** An error for machines. */
  static String error(String command, int exitCode, String message) {
    return object(command, new Failed(new Failure(exitCode, message)));
  }

  /** What is printed instead of a result. */
  record Failed(Failure error) {}

  /**
   * Why there is no result.
   *
   * @param exitCode that of the process
   */
  record Failure(int exitCode, String message) {}

  /**
   * The object that a command prints, as text.
   *
   * @param fields a record or a map
   */
  static String object(String command, Object fields) {
    ObjectNode object = JSON.createObjectNode().put("command", command).put("format", FORMAT);
    object.setAll(JSON.<ObjectNode>valueToTree(fields));
    try {
      return JSON.writeValueAsString(object);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("a result that is no JSON", e);
    }
  }
}
