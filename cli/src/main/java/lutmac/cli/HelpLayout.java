package lutmac.cli;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.Help.Ansi.Text;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.UsageMessageSpec;

/**
 * How help is laid out: lines of up to 100 characters that break between words alone, so that what
 * is copied from it can be pasted, and a synopsis of what a command cannot do without.
 */
final class HelpLayout {
  private static final int WIDTH = 100;

  /**
   * Signs stand as letters while lines are laid out: between letters no line breaks. The letters
   * are those of Latin Extended-A, which no help needs for itself.
   */
  private static final int LETTERS = 0x100;

  private static final int FIRST_SIGN = '!';
  private static final int LAST_SIGN = '~';

  private HelpLayout() {}

  /** Lays out a command and all below it. */
  static CommandLine of(CommandLine commandLine) {
    commandLine.setUsageHelpWidth(WIDTH);
    commandLine.setHelpFactory(WholeWords::new);
    CommandSpec command = commandLine.getCommandSpec();
    command.usageMessage().description(joined(command.usageMessage().description()));
    command.usageMessage().footer(joined(command.usageMessage().footer()));
    if (command.parent() != null) {
      command.usageMessage().customSynopsis(synopsis(command));
    }
    Map<String, IHelpSectionRenderer> usual = new LinkedHashMap<>(commandLine.getHelpSectionMap());
    usual.put(UsageMessageSpec.SECTION_KEY_OPTION_LIST, OptionSections::list);
    Map<String, IHelpSectionRenderer> sections = new LinkedHashMap<>();
    usual.forEach((key, section) -> sections.put(key, help -> restored(section.render(help))));
    commandLine.setHelpSectionMap(sections);
    commandLine.getSubcommands().values().forEach(HelpLayout::of);
    return commandLine;
  }

  /** What is said to people in a command's or an option's own words. */
  static String[] plain(String... lines) {
    return Arrays.stream(lines)
        .map(line -> restored(line).replace("%n", " ").replace("%%", "%"))
        .toArray(String[]::new);
  }

  /** {@code lutmac quantize MODEL --calib=IMAGES -o=FILE [OPTION...]}. */
  static String synopsis(CommandSpec command) {
    Stream<String> positional =
        command.positionalParameters().stream()
            .map(each -> each.required() ? each.paramLabel() : "[" + each.paramLabel() + "...]");
    Stream<String> required =
        command.options().stream()
            .filter(option -> option.required() && option.group() == null)
            .map(option -> option.shortestName() + "=" + option.paramLabel());
    return Stream.of(
            Stream.of(command.qualifiedName()), positional, required, Stream.of("[OPTION...]"))
        .flatMap(words -> words)
        .collect(Collectors.joining(" "));
  }

  private static String[] joined(String... lines) {
    return Arrays.stream(lines).map(HelpLayout::joined).toArray(String[]::new);
  }

  /** A line that breaks at blanks alone. */
  private static String joined(String line) {
    return line.chars()
        .map(sign -> isSign(sign) ? sign + LETTERS : sign)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** The percent sign and the at sign mean something to the library that lays help out. */
  private static boolean isSign(int sign) {
    return sign >= FIRST_SIGN
        && sign <= LAST_SIGN
        && !Character.isLetterOrDigit(sign)
        && sign != '%'
        && sign != '@';
  }

  /** What {@link #joined} was given. */
  private static String restored(String text) {
    return text.chars()
        .map(letter -> isSign(letter - LETTERS) ? letter - LETTERS : letter)
        .collect(StringBuilder::new, StringBuilder::appendCodePoint, StringBuilder::append)
        .toString();
  }

  /** Help whose descriptions break at blanks alone. */
  private static final class WholeWords extends Help {
    WholeWords(CommandSpec command, ColorScheme colours) {
      super(command, colours);
    }

    @Override
    public IOptionRenderer createDefaultOptionRenderer() {
      IOptionRenderer usual = super.createDefaultOptionRenderer();
      return (OptionSpec option, IParamLabelRenderer labels, ColorScheme colours) ->
          joined(usual.render(option, labels, colours));
    }

    @Override
    public IParameterRenderer createDefaultParameterRenderer() {
      IParameterRenderer usual = super.createDefaultParameterRenderer();
      return (parameter, labels, colours) -> joined(usual.render(parameter, labels, colours));
    }

    /**
     * The last column is the description. One of its lines that ends in the middle of a phrase goes
     * on with the next.
     */
    private Text[][] joined(Text[][] rows) {
      List<Text[]> joined = new ArrayList<>();
      String open = "";
      for (Text[] row : rows) {
        int last = row.length - 1;
        String line = row[last].plainString();
        boolean continues = !open.isEmpty() && !line.startsWith(" ");
        String whole = continues ? open + " " + line : line;
        Text[] target = continues ? joined.get(joined.size() - 1) : row;
        target[last] = ansi().new Text(HelpLayout.joined(whole));
        if (!continues) {
          joined.add(row);
        }
        open = whole.isEmpty() || whole.matches(".*[.,;:]") ? "" : whole;
      }
      return joined.toArray(new Text[0][]);
    }
  }
}
