package lutmac.cli;

import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import lutmac.cli.files.FileArguments;
import lutmac.network.BadInputException;
import lutmac.network.text.Alike;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/**
 * The {@code lutmac} command. Exit codes: 0 done, 1 a check failed, 2 bad input, 3 a fault of
 * lutmac itself.
 */
@Command(
    name = "lutmac",
    mixinStandardHelpOptions = true,
    version = "lutmac 0.1.0",
    description =
        "Turns a trained CNN into an accelerator without multipliers, and checks every word of it.",
    synopsisSubcommandLabel = "COMMAND",
    footer = {
      "",
      "The main job:",
      "  lutmac quantize model.onnx --calib images.npy --mean 128 --std 64 -o net.lut.onnx",
      "  lutmac generate net.lut.onnx --array 14x16 --pe bins -o design/",
      "  lutmac simulate design/ --data images.npy --count 3",
      "where the network was trained on (pixel - 128) / 64; PyTorch's Normalize times 255.",
      "",
      "All of it on an embedded example, and what a command takes:",
      "  lutmac demo",
      "  lutmac COMMAND --help",
      "",
      "Exit code: 0 done, 1 a check failed, 2 bad input, 3 a fault of lutmac itself. More in",
      "docs/using.md."
    },
    subcommands = {
      QuantizeCommand.class,
      AnalyzeCommand.class,
      EvaluateCommand.class,
      PredictCommand.class,
      GenerateCommand.class,
      SimulateCommand.class,
      ExportCommand.class,
      DemoCommand.class,
      CompletionCommand.class,
      ManCommand.class,
      CommandLine.HelpCommand.class
    })
public final class Main implements Runnable {
  static final int CHECK_FAILED = 1;
  static final int BAD_INPUT = 2;
  static final int INTERNAL_FAULT = 3;

  @CommandLine.Spec private CommandLine.Model.CommandSpec spec;

  private Main() {}

  /** Entry point. */
  public static void main(String[] arguments) {
    System.exit(run(arguments));
  }

  /** The command with its commands, as their help describes them. */
  static CommandLine commandLine() {
    return HelpLayout.of(new CommandLine(new Main()).setCaseInsensitiveEnumValuesAllowed(true));
  }

  /**
   * Runs one command and returns its exit code. From then on numbers in the whole process are
   * spelled the same in every country: files and outputs depend on nothing but the arguments.
   */
  public static int run(String... arguments) {
    Locale.setDefault(Locale.ROOT);
    FileArguments files = new FileArguments();
    CommandLine commandLine =
        commandLine()
            .setExecutionStrategy(
                parsed -> {
                  Integer helped = CommandLine.executeHelpRequest(parsed);
                  if (helped != null) {
                    return helped;
                  }
                  try {
                    files.check();
                  } catch (BadInputException e) {
                    CommandLine command = parsed.commandSpec().commandLine();
                    throw new CommandLine.ExecutionException(command, e.getMessage(), e);
                  }
                  return new CommandLine.RunLast().execute(parsed);
                })
            .setParameterExceptionHandler(Main::explainUsage)
            .setExecutionExceptionHandler(
                (failure, command, parsed) -> explainFailure(failure, command.getErr(), arguments));
    files.convertFor(commandLine);
    try {
      return commandLine.execute(arguments);
    } catch (OutOfMemoryError e) {
      String message =
          "out of memory (%s) with %d MiB; give it more: LUTMAC_JAVA_OPTS=-Xmx12g lutmac ..."
              .formatted(e.getMessage(), Runtime.getRuntime().maxMemory() >> 20);
      return refuse(BAD_INPUT, message, commandLine.getErr(), arguments);
    } catch (LinkageError | StackOverflowError | AssertionError e) {
      return explainFailure(e, commandLine.getErr(), arguments);
    }
  }

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command? Try 'lutmac --help'");
  }

  private static int explainUsage(ParameterException failure, String[] arguments) {
    PrintWriter err = failure.getCommandLine().getErr();
    String command = failure.getCommandLine().getCommandSpec().qualifiedName();
    // An option that is spelled wrong is why another one is missing.
    List<String> unknown =
        failure.getCommandLine().getUnmatchedArguments().stream()
            .filter(argument -> argument.startsWith("-"))
            .toList();
    if (failure instanceof MissingParameterException && !unknown.isEmpty()) {
      return explainUsage(
          new UnmatchedArgumentException(failure.getCommandLine(), unknown), arguments);
    }
    String message = failure.getMessage();
    String hint = message.contains("--help") ? "" : " (see '" + command + " --help')";
    return refuse(BAD_INPUT, oneLine(message) + meant(failure) + hint, err, arguments);
  }

  /** Says why there is no result: a line for people and, if they asked for it, an object. */
  private static int refuse(int exitCode, String message, PrintWriter err, String... arguments) {
    err.println("lutmac: " + message);
    err.flush();
    if (List.of(arguments).contains(Output.OPTION)) {
      String command = arguments[0].startsWith("-") ? "lutmac" : arguments[0];
      System.out.println(Output.error(command, exitCode, message));
    }
    return exitCode;
  }

  /** Options, commands or an option's values that are spelled much like one that there is not. */
  private static String meant(ParameterException failure) {
    if (failure instanceof UnmatchedArgumentException unmatched) {
      CommandLine.Model.CommandSpec command = failure.getCommandLine().getCommandSpec();
      List<String> known = new ArrayList<>(command.subcommands().keySet());
      command.options().forEach(option -> known.addAll(List.of(option.names())));
      String given = unmatched.getUnmatched().get(0);
      int value = given.indexOf('=');
      return Alike.hint(value < 0 ? given : given.substring(0, value), known);
    }
    if (failure.getArgSpec() == null || failure.getValue() == null) {
      return "";
    }
    // Of an option that is given several times the type is a list.
    Object[] values = failure.getArgSpec().auxiliaryTypes()[0].getEnumConstants();
    return values == null
        ? ""
        : Alike.hint(
            failure.getValue(),
            Arrays.stream(values).map(value -> value.toString().toLowerCase(Locale.ROOT)).toList());
  }

  private static int explainFailure(Throwable failure, PrintWriter err, String... arguments) {
    if (failure instanceof BadInputException) {
      return refuse(BAD_INPUT, oneLine(failure.getMessage()), err, arguments);
    }
    int code =
        refuse(
            INTERNAL_FAULT, "internal fault, please report it with what follows", err, arguments);
    failure.printStackTrace(err);
    return code;
  }

  private static String oneLine(String message) {
    return message.replaceAll("\\s*\\R\\s*", "; ");
  }
}
