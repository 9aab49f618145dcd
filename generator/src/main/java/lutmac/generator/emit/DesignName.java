package lutmac.generator.emit;

import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The name of a design, which all its modules and its package begin with: designs of different
 * names share a netlist, whatever their modules hold. A module {@code sequencer} of the design
 * {@code digits} is {@code digits_sequencer}; modules that have {@code lutmac_} in their own names,
 * as the top {@code lutmac_top}, have the design's name in its place.
 *
 * @param text small letters and digits. Without an underscore no name can be the beginning of
 *     another design's module.
 */
public record DesignName(String text) {
  private static final Pattern LEGAL = Pattern.compile("[a-z][a-z0-9]{0,31}");
  private static final String OWN_PREFIX = "lutmac_";
  private static final String SUFFIX = ".sv";

  /** What a name may stand in: comments and strings as wholes, and all words of the code. */
  private static final Pattern TOKEN =
      Pattern.compile(
          "(?<string>\"(?:[^\"\\\\]|\\\\.)*\")|(?<comment>//[^\\n]*|/\\*(?s:.*?)\\*/)"
              + "|(?<word>[A-Za-z_$][\\w$]*)");

  private static final Pattern WORD = Pattern.compile("\\w+");

  /** What follows a module that is instantiated, or a package that is looked into. */
  private static final Pattern USE =
      Pattern.compile("\\s*::|\\s+#\\s*\\(|\\s+[A-Za-z_]\\w*\\s*(?:\\[[^\\]]*\\]\\s*)?\\(");

  private static final Set<String> DECLARATIONS = Set.of("module", "package");

  /** The name of a design that nobody named; made last, of the constants above. */
  public static final DesignName DEFAULT = new DesignName("lutmac");

  /**
   * @throws IllegalArgumentException if it is no name for a design
   */
  public DesignName {
    if (!LEGAL.matcher(text).matches()) {
      throw new IllegalArgumentException(
          "'%s' cannot be a design's name: take 1 to 32 small letters and digits, a letter first"
              .formatted(text));
    }
  }

  /** The module to instantiate. */
  public String top() {
    return module("lutmac_top");
  }

  /** What a module is called in this design. */
  public String module(String own) {
    String rest = own.startsWith(OWN_PREFIX) ? own.substring(OWN_PREFIX.length()) : own;
    return text + "_" + rest;
  }

  /**
   * Gives the modules of a design its name, where they are declared and where they are used. The
   * messages of assertions still name modules by their own names.
   *
   * @param files text by file name, {@code MODULE.sv}
   */
  SortedMap<String, String> applyTo(Map<String, String> files) {
    Set<String> modules =
        files.keySet().stream()
            .map(file -> file.substring(0, file.length() - SUFFIX.length()))
            .collect(Collectors.toSet());
    SortedMap<String, String> named = CompileOrder.files();
    files.forEach(
        (file, source) -> {
          String own = file.substring(0, file.length() - SUFFIX.length());
          named.put(module(own) + SUFFIX, named(source, modules));
        });
    return named;
  }

  private String named(String source, Set<String> modules) {
    Matcher token = TOKEN.matcher(source);
    StringBuilder text = new StringBuilder();
    String before = "";
    while (token.find()) {
      String replacement = token.group();
      String word = token.group("word");
      if (word != null) {
        if (modules.contains(word)
            && (DECLARATIONS.contains(before)
                || USE.matcher(source).region(token.end(), source.length()).lookingAt())) {
          replacement = module(word);
        }
        before = word;
      } else if (token.group("comment") != null) {
        replacement = inComment(replacement, modules);
      }
      token.appendReplacement(text, Matcher.quoteReplacement(replacement));
    }
    return token.appendTail(text).toString();
  }

  /** Names of one word may be meant as that word. */
  private String inComment(String comment, Set<String> modules) {
    return WORD.matcher(comment)
        .replaceAll(
            word ->
                modules.contains(word.group()) && word.group().contains("_")
                    ? module(word.group())
                    : word.group());
  }
}
