package lutmac.testbench.proof;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.BinaryOperator;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lutmac.network.process.ProgramRun;
import lutmac.rtl.CoreModules;
import lutmac.rtl.RtlTemplates;
import lutmac.testbench.Hardware;
import lutmac.testbench.RandomHardware;

/**
 * What yosys found out about a {@link Proof}.
 *
 * @param steps cycles that were looked at: of the induction, or from the reset on
 * @param log all that yosys said
 */
record ProofRun(Verdict verdict, int steps, double seconds, String log) {
  /** Memory that yosys may take, in KiB. */
  private static final int MEMORY = 8_000_000;

  private static final String TOP = "proof";

  /** What the names of a design's modules begin with. */
  private static final String DESIGN = "lutmac_";

  /** More mutations than there are. */
  private static final int ALL = 100_000_000;

  private static final Duration LIST_LIMIT = Duration.ofMinutes(2);

  /** Makes the cells of the design's netlist, whose bits are changed. */
  private static final String CELLS = "opt_expr; opt_clean;";

  /** The solver has no unknowns, and yosys no function that asks for them. */
  private static final String NO_UNKNOWN = "1'b1 | |(";

  /** Of a module of the shell, in its name. */
  private static final String SIZES = "_\\d+x\\d+";

  /** Resources that proofs may use. */
  private static final List<String> SHARED =
      List.of("assumption", "product_reference", "weight_meaning");

  private static final Pattern MODULE = Pattern.compile("(?m)^(?:module|package)\\s+(\\w+)");

  /** Text for the inside of a module. */
  private static final Pattern INSIDE =
      Pattern.compile("(?ms)^module in_(\\w+);\\n(.*?)^endmodule\\n");

  private static final Pattern STEP = Pattern.compile("\\[(?:base case|induction step) (\\d+)\\]");

  /** How a run ended. */
  enum Verdict {
    PROVEN,
    /** There is a counterexample. */
    REFUTED,
    /** No counterexample was found, but nothing is shown either: time, memory, induction. */
    UNDECIDED
  }

  /** Runs a proof in a folder. */
  static ProofRun of(Proof proof, Path folder, Duration limit)
      throws IOException, InterruptedException {
    return of(proof, folder, limit, proof.method().options(), "", (template, text) -> text);
  }

  /** Runs a proof of a module with one bit of one cell changed, by yosys' {@code mutate}. */
  static ProofRun ofMutated(Proof proof, String mutation, Path folder, Duration limit)
      throws IOException, InterruptedException {
    return ofMutated(proof, mutation, folder, limit, proof.method().options());
  }

  /** Looks for a counterexample of the same from the reset on, as deep as for broken copies. */
  static ProofRun ofMutatedFromReset(Proof proof, String mutation, Path folder, Duration limit)
      throws IOException, InterruptedException {
    return ofMutated(
        proof, mutation, folder, limit, new Proof.Bounded(proof.method().cycles()).options());
  }

  private static ProofRun ofMutated(
      Proof proof, String mutation, Path folder, Duration limit, String options)
      throws IOException, InterruptedException {
    return of(
        proof,
        folder,
        limit,
        options,
        CELLS + " mutate " + mutation + ";",
        (template, text) -> text);
  }

  /** All changes that yosys knows of a proof's module, and of what drives it. */
  static List<String> mutations(Proof proof, Path folder) throws IOException, InterruptedException {
    String script =
        "%s %s mutate -list %d -ctrl mutation_select 1 1 -o mutations"
            .formatted(read(write(proof, folder, (template, text) -> text)), CELLS, ALL);
    ProgramRun run = ProgramRun.of(List.of("yosys", "-q", "-p", script), folder, LIST_LIMIT);
    if (!run.succeeded()) {
      throw new IllegalStateException("yosys made no list of mutations: " + run.output());
    }
    return Files.readAllLines(folder.resolve("mutations")).stream()
        .map(line -> line.replaceFirst(" -ctrl \\w+ \\d+ \\d+", ""))
        .toList();
  }

  /** A module as a proof has it, if it has it. */
  static Optional<String> text(Proof proof, String module) {
    return proof.templates().stream()
        .map(template -> text(template, proof.variables()))
        .filter(
            text -> text.contains("module " + module) || text.contains("module lutmac_" + module))
        .filter(text -> moduleName(text).replaceFirst(DESIGN, "").equals(module))
        .findFirst();
  }

  /** Looks for a counterexample in a broken copy, as deep as the proof says. */
  static ProofRun ofBroken(Proof proof, Proof.Breakage breakage, Path folder, Duration limit)
      throws IOException, InterruptedException {
    return of(
        proof,
        folder,
        limit,
        new Proof.Bounded(proof.method().cycles()).options(),
        "",
        (template, text) -> template.equals(breakage.template()) ? broken(text, breakage) : text);
  }

  private static String broken(String text, Proof.Breakage breakage) {
    String broken = text.replace(breakage.text(), breakage.broken());
    if (broken.equals(text)) {
      throw new IllegalStateException(
          "%s has no text '%s' to break".formatted(breakage.template(), breakage.text()));
    }
    return broken;
  }

  private static ProofRun of(
      Proof proof,
      Path folder,
      Duration limit,
      String options,
      String mutation,
      BinaryOperator<String> change)
      throws IOException, InterruptedException {
    List<String> files = write(proof, folder, change);
    String script =
        "%s %s %s; opt_clean; async2sync; dffunmap; opt -full; sat %s -prove-asserts -set-assumes%s -timeout %d"
            .formatted(
                read(files),
                mutation,
                proof.memories() ? "memory_map" : "memory_collect",
                options,
                proof.memories() ? "" : " -ignore_unknown_cells",
                limit.toSeconds());
    long start = System.nanoTime();
    ProgramRun run =
        ProgramRun.of(
            List.of("bash", "-c", "ulimit -v %d; exec yosys -p \"$0\"".formatted(MEMORY), script),
            folder,
            limit.plusMinutes(1));
    return new ProofRun(
        verdict(run), steps(run.output()), (System.nanoTime() - start) / 1e9, run.output());
  }

  private static String read(List<String> files) {
    return "read_verilog -formal -sv %s; hierarchy -check -top %s; proc; flatten; opt_clean;"
        .formatted(String.join(" ", files), TOP);
  }

  private static Verdict verdict(ProgramRun run) {
    String log = run.output();
    if (run.succeeded()
        && (log.contains("Induction step proven: SUCCESS!")
            || log.contains("proved base case for"))) {
      return Verdict.PROVEN;
    }
    return log.contains("model found for base case: FAIL!") ? Verdict.REFUTED : Verdict.UNDECIDED;
  }

  private static int steps(String log) {
    int steps = 0;
    Matcher step = STEP.matcher(log);
    while (step.find()) {
      steps = Integer.parseInt(step.group(1));
    }
    return steps;
  }

  /** Writes the modules, in the order in which tools read them. */
  private static List<String> write(Proof proof, Path folder, BinaryOperator<String> change)
      throws IOException {
    String own = resource(proof.source() + ".sv");
    Map<String, String> inside =
        INSIDE
            .matcher(own)
            .results()
            .collect(Collectors.toMap(match -> match.group(1), match -> match.group(2)));
    List<String> templates = new ArrayList<>(List.of(CoreModules.PACKAGE));
    templates.addAll(proof.templates());
    templates.addAll(CoreModules.CONTRACTS);
    List<String> files = new ArrayList<>();
    for (String template : templates) {
      String text = text(template, proof.variables());
      for (Proof.Breakage smaller : proof.smaller()) {
        text = template.equals(smaller.template()) ? broken(text, smaller) : text;
      }
      text = change.apply(template, text).replace("!$isunknown(", NO_UNKNOWN);
      String module = moduleName(text);
      text = assuming(proof, text.replace("endmodule\n", inside(inside, module) + "endmodule\n"));
      files.add(file(folder, module, text));
    }
    for (String shared : SHARED) {
      files.add(file(folder, shared, resource(shared + ".sv")));
    }
    String top = withParameters(proof, INSIDE.matcher(own).replaceAll(""));
    for (String template : proof.templates()) {
      top = top.replaceAll("\\b%s\\b".formatted(template.replaceFirst(SIZES + ".*", "")), template);
    }
    files.add(file(folder, TOP, change.apply(TOP, top)));
    return files;
  }

  /** What a proof says inside a module, and of what kind it is, the kind's own text first. */
  private static String inside(Map<String, String> texts, String module) {
    return texts.entrySet().stream()
        .filter(
            text ->
                text.getKey().equals(module)
                    || module.matches(".*" + SIZES + ".*")
                        && kind(module).startsWith(text.getKey()))
        .sorted(Map.Entry.<String, String>comparingByKey().reversed())
        .map(Map.Entry::getValue)
        .collect(Collectors.joining());
  }

  /** A module's name without the sizes in it. */
  private static String kind(String module) {
    return module.replaceFirst(SIZES, "");
  }

  private static String moduleName(String text) {
    Matcher module = MODULE.matcher(text);
    if (!module.find()) {
      throw new IllegalStateException("no module in " + text);
    }
    return module.group(1);
  }

  /** A template's text, or that of a module of a design, which is the only one for the shell. */
  private static String text(String template, Map<String, Integer> variables) {
    if (!template.startsWith(DESIGN) || template.equals(CoreModules.PACKAGE)) {
      return RtlTemplates.render(template, variables);
    }
    return Stream.of(RandomHardware.csdArray(), RandomHardware.wideBus())
        .map(design -> Hardware.rtl(design).get(template + ".sv"))
        .filter(Objects::nonNull)
        .findFirst()
        .orElseThrow(() -> new IllegalStateException("no design has " + template));
  }

  /** The text of the module {@code proof} with the proof's values for its parameters. */
  private static String withParameters(Proof proof, String text) {
    String changed = text;
    for (Map.Entry<String, Integer> parameter : proof.parameters().entrySet()) {
      Matcher matcher =
          Pattern.compile("(parameter int %s +=) \\d+".formatted(parameter.getKey()))
              .matcher(changed);
      if (!matcher.find()) {
        throw new IllegalStateException(
            "%s has no parameter %s".formatted(proof.source(), parameter.getKey()));
      }
      changed = matcher.replaceAll("$1 " + parameter.getValue());
    }
    return changed;
  }

  /** The text with assumptions for those assertions that the environment keeps. */
  private static String assuming(Proof proof, String text) {
    String assumed = text;
    for (String promise : proof.assumed()) {
      assumed =
          assumed
              .replaceAll(
                  "(?:lutmac_)?contract #\\(\\s*\\.Text\\(\"(?=%s:)".formatted(promise),
                  "assumption #(.Text(\"")
              .replaceAll(
                  "(?:lutmac_)?stream_contract #\\(\\s*\\.Name\\(\"(?=%s\")".formatted(promise),
                  "stream_assumption #(.Name(\"");
    }
    return assumed;
  }

  private static String file(Path folder, String module, String text) throws IOException {
    Files.writeString(folder.resolve(module + ".sv"), text);
    return module + ".sv";
  }

  private static String resource(String name) throws IOException {
    try (InputStream in = ProofRun.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException("no resource " + name);
      }
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
