package lutmac.cli;

import java.util.concurrent.Callable;
import picocli.AutoComplete;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code lutmac completion}. */
@Command(
    name = "completion",
    mixinStandardHelpOptions = true,
    description = "Prints what lets bash or zsh complete commands and options.",
    footer = {
      "",
      "Example:",
      "  lutmac completion > ~/.local/share/bash-completion/completions/lutmac"
    })
final class CompletionCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Override
  public Integer call() {
    CommandLine all = command.parent().commandLine();
    System.out.print(AutoComplete.bash(all.getCommandName(), all));
    return 0;
  }
}
