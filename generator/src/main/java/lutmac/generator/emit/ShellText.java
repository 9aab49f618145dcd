package lutmac.generator.emit;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes what firtool writes readable, module by module: names that it invents beside those that the
 * Chisel sources have, and what it leaves behind of macros, go.
 */
final class ShellText {
  /** Initial values of reset registers under a macro that nothing defines. */
  private static final Pattern DEAD_INITIAL_BLOCK =
      Pattern.compile(
          "^ *`ifdef ENABLE_INITIAL_REG_\\n.*?^ *`endif // ENABLE_INITIAL_REG_\\n",
          Pattern.MULTILINE | Pattern.DOTALL);

  /** The layer of the assertions as the lowering guards it: a macro that somebody must define. */
  private static final Pattern CONTRACTS_GUARD = Pattern.compile("`ifdef layer\\$Contracts\\b");

  private static final Pattern CONTRACTS_END = Pattern.compile(" // layer\\$Contracts\\b");

  private static final Pattern BLOCK_COMMENT = Pattern.compile("(?m) // (always|initial).*$");

  /** What a multiplexer of many inputs is called, and the name that it has in the source. */
  private static final Pattern CHOICE =
      Pattern.compile(
          "(?m)^ *(?:wire|assign)\\s+(?:\\[[^\\]]*\\]\\s+)?(\\w+) = (casez_tmp\\w*);\\n");

  /** A wire that only stands for an input, or that an output is. */
  private static final Pattern INPUT_ALIAS =
      Pattern.compile("(?m)^ *wire +(?:\\[[^\\]]*\\] +)?((\\w+)_\\d+) = \\2;\\n");

  private static final Pattern OUTPUT_ALIAS =
      Pattern.compile("(?m)^ *assign (\\w+) = (\\1_\\d+);\\n");

  /** A wire with its value, whose name is the first group. */
  private static final Pattern WIRE =
      Pattern.compile("(?m)^ *wire +(?:\\[[^\\]]*\\] +)?(\\w+)(?: =[^;]*)?;\\n");

  /** A name as firtool makes it for an output of an instance, without the underscore. */
  private static final Pattern INVENTED_NAME = Pattern.compile("\\b_(\\w+)");

  private static final Pattern WORD = Pattern.compile("\\w+");

  /** What a wire is called that reads what nobody else does, so that linters do not name it. */
  private static final String UNUSED = "unused_";

  private ShellText() {}

  static String readable(String module) {
    String text = DEAD_INITIAL_BLOCK.matcher(module).replaceAll("");
    text = CONTRACTS_GUARD.matcher(text).replaceAll("`ifndef SYNTHESIS");
    text = CONTRACTS_END.matcher(text).replaceAll(" // SYNTHESIS");
    text = BLOCK_COMMENT.matcher(text).replaceAll("");
    text = text.replace("posedge reset)", "negedge rst_ni)").replace("if (reset)", "if (!rst_ni)");
    text = withPlainNames(text);
    text = withNamedChoices(text);
    text = withoutAliases(text);
    return withoutUnusedWires(text);
  }

  /** The outputs of an instance begin with its name alone, where no other name is that. */
  private static String withPlainNames(String module) {
    Set<String> words = words(module).keySet();
    return INVENTED_NAME
        .matcher(module)
        .replaceAll(name -> words.contains(name.group(1)) ? name.group() : name.group(1));
  }

  /** The register of a case statement takes the name of the wire that it is. */
  private static String withNamedChoices(String module) {
    String text = module;
    for (MatchResult choice : CHOICE.matcher(module).results().toList()) {
      String name = choice.group(1);
      text = text.replace(choice.group(), "");
      text = renamed(text, choice.group(2), name);
      // It may have been declared before.
      text = text.replaceAll("(?m)^ *wire +(?:\\[[^\\]]*\\] +)?" + name + ";\\n", "");
    }
    return text.replace("casez (", "case (");
  }

  private static String withoutAliases(String module) {
    String text = module;
    for (MatchResult alias : INPUT_ALIAS.matcher(module).results().toList()) {
      if (isPort(module, "input", alias.group(2))) {
        text = renamed(text.replace(alias.group(), ""), alias.group(1), alias.group(2));
      }
    }
    for (MatchResult alias : OUTPUT_ALIAS.matcher(module).results().toList()) {
      String port = alias.group(1);
      text = renamed(text.replace(alias.group(), ""), alias.group(2), port);
      String wire = "(?m)^( *)wire +(?:\\[[^\\]]*\\] +)?" + port;
      text = text.replaceAll(wire + ";\\n", "").replaceAll(wire + " =", "$1assign " + port + " =");
    }
    return text;
  }

  /** Whether a name stands among the ports of a kind, whose lines may share the word for it. */
  private static boolean isPort(String module, String kind, String name) {
    String ports = module.substring(0, module.indexOf(");"));
    return List.of(ports.split("(?=\\b(?:input|output)\\b)")).stream()
        .anyMatch(group -> group.startsWith(kind) && group.matches("(?s).*\\b" + name + "\\b.*"));
  }

  private static String renamed(String text, String from, String to) {
    return text.replaceAll("\\b" + from + "\\b", Matcher.quoteReplacement(to));
  }

  private static String withoutUnusedWires(String module) {
    String text = module;
    String before;
    do {
      before = text;
      Map<String, Integer> uses = words(text);
      text =
          WIRE.matcher(text)
              .replaceAll(
                  wire ->
                      uses.get(wire.group(1)) == 1 && !wire.group(1).startsWith(UNUSED)
                          ? ""
                          : Matcher.quoteReplacement(wire.group()));
    } while (!text.equals(before));
    return text;
  }

  /** How often every word stands in a text, names and all others. */
  private static Map<String, Integer> words(String text) {
    Map<String, Integer> counts = new HashMap<>();
    Matcher word = WORD.matcher(text);
    while (word.find()) {
      counts.merge(word.group(), 1, Integer::sum);
    }
    return counts;
  }
}
