package lutmac.cli;

import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * A manual page in the language of {@code man(7)}, made of what the commands say of themselves: one
 * section a command.
 */
final class ManPage {
  private final StringBuilder page = new StringBuilder();

  private ManPage() {}

  /** The page of a command and those below it. */
  static String of(CommandSpec root) {
    ManPage man = new ManPage();
    man.line(".TH LUTMAC 1 \"\" \"%s\" \"User Commands\"".formatted(root.version()[0]));
    man.line(".SH NAME");
    man.line(
        "lutmac \\- a trained CNN as an accelerator without multipliers, compared bit for bit");
    man.line(".SH SYNOPSIS");
    man.line(".B lutmac");
    man.line("COMMAND [OPTION...]");
    man.line(".SH DESCRIPTION");
    man.paragraph(root.usageMessage().description());
    man.examples(root);
    for (CommandLine each : root.subcommands().values()) {
      man.command(each.getCommandSpec());
    }
    man.line(".SH EXIT STATUS");
    man.line("0 done, 1 a check failed, 2 bad input, 3 a fault of lutmac itself.");
    return man.page.toString();
  }

  private void command(CommandSpec command) {
    line(".SH " + command.qualifiedName().toUpperCase(Locale.ROOT));
    line(".B " + escaped(HelpLayout.synopsis(command)));
    line(".PP");
    paragraph(command.usageMessage().description());
    for (PositionalParamSpec parameter : command.positionalParameters()) {
      argument(parameter.paramLabel(), parameter);
    }
    List<OptionSpec> options =
        command.options().stream().filter(option -> !option.hidden()).toList();
    for (OptionSpec option : options) {
      String value = option.arity().max() > 0 ? "=" + option.paramLabel() : "";
      argument(String.join(", ", option.names()) + value, option);
    }
    examples(command);
  }

  private void argument(String heading, ArgSpec argument) {
    line(".TP");
    line(".B " + escaped(heading));
    String[] description = HelpLayout.plain(argument.description());
    String standard = argument.defaultValue();
    boolean shown =
        argument.arity().max() > 0
            && standard != null
            && Stream.of(description).noneMatch(text -> text.contains("Default: "));
    paragraph(description);
    if (shown) {
      line(escaped("Default: " + standard));
    }
  }

  private void examples(CommandSpec command) {
    line(".PP");
    line(".nf");
    for (String text : HelpLayout.plain(command.usageMessage().footer())) {
      line(escaped(text));
    }
    line(".fi");
  }

  private void paragraph(String... lines) {
    line(
        Stream.of(HelpLayout.plain(lines))
            .map(String::strip)
            .map(ManPage::escaped)
            .collect(Collectors.joining("\n")));
  }

  /** Nothing in it means something to {@code man}. */
  private static String escaped(String text) {
    String plain = text.replace("\\", "\\e").replace("-", "\\-");
    return plain.startsWith(".") || plain.startsWith("'") ? "\\&" + plain : plain;
  }

  private void line(String text) {
    page.append(text).append('\n');
  }
}
