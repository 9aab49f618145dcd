package lutmac.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Spec;

/** {@code lutmac man}. */
@Command(
    name = "man",
    mixinStandardHelpOptions = true,
    description = "Prints the manual page of lutmac and all of its commands.",
    footer = {"", "Example:", "  lutmac man | man -l -"})
final class ManCommand implements Callable<Integer> {
  @Spec private CommandSpec command;

  @Override
  public Integer call() {
    System.out.print(ManPage.of(command.root()));
    return 0;
  }
}
