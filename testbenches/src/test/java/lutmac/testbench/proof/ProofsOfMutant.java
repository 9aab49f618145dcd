package lutmac.testbench.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lutmac.network.file.FileTree;

/**
 * What the proofs say of a module in which one bit of one cell is changed: the same bit is changed
 * in the module that they prove.
 */
public final class ProofsOfMutant {
  private static final Duration LIMIT = Duration.ofMinutes(4);

  /** Groups: mode, port, its bit, wire, its bit. */
  private static final Pattern CHANGE =
      Pattern.compile(
          "(?:mutate )?-mode (\\w+) .*-port (\\S+) -portbit (\\d+)(?: -ctrlbit \\d+)?"
              + "(?: -wire (\\S+) -wirebit (\\d+))?.*");

  private static final Pattern SOURCE = Pattern.compile(".*? -src (\\w+)\\.sv:(\\d+)\\S*.*");

  /** What is known then. */
  public enum Answer {
    /** A proof has a counterexample, from the reset on. */
    REFUTED,
    /** Every statement about the module still holds for all inputs. */
    HOLDS,
    /**
     * No proof has the bit, or it takes too long; or an induction does not go through any more,
     * though the first cycles after reset have no counterexample.
     */
    UNKNOWN
  }

  private ProofsOfMutant() {}

  /**
   * Asks every proof of a module until one is refuted.
   *
   * @param module its name in a design, without the design's
   * @param text its text there
   * @param line of that text
   * @param change arguments of yosys' {@code mutate}
   */
  public static Answer ask(String module, String text, int line, String change)
      throws IOException, InterruptedException {
    boolean proven = false;
    boolean undecided = false;
    for (Proof proof : Proofs.all()) {
      Path folder = Files.createTempDirectory("lutmac-proof");
      try {
        if (ProofRun.text(proof, module)
            .filter(own -> ModuleHeader.of(own).equals(ModuleHeader.of(text)))
            .isEmpty()) {
          continue;
        }
        Optional<String> same = same(ProofRun.mutations(proof, folder), module, line, change);
        if (same.isEmpty()) {
          continue;
        }
        ProofRun run = ProofRun.ofMutated(proof, same.get(), folder, LIMIT);
        if (run.verdict() == ProofRun.Verdict.UNDECIDED) {
          run = ProofRun.ofMutatedFromReset(proof, same.get(), folder, LIMIT);
          undecided = true;
        }
        if (run.verdict() == ProofRun.Verdict.REFUTED) {
          return Answer.REFUTED;
        }
        proven = true;
      } finally {
        FileTree.delete(folder);
      }
    }
    return proven && !undecided ? Answer.HOLDS : Answer.UNKNOWN;
  }

  /** The change of the same bit among those of a proof. */
  private static Optional<String> same(
      List<String> mutations, String module, int line, String change) {
    Map<String, String> wanted = place(change);
    Comparator<String> byLength = Comparator.comparingInt(String::length);
    return mutations.stream()
        .filter(mutation -> at(mutation, module, line))
        .filter(mutation -> place(mutation).equals(wanted))
        .map(mutation -> mutation.replaceAll(" -src .*", "").replaceFirst("^mutate ", ""))
        .min(byLength.thenComparing(Comparator.naturalOrder()));
  }

  private static boolean at(String mutation, String module, int line) {
    Matcher source = SOURCE.matcher(mutation);
    return source.matches()
        && source.group(1).replaceFirst("^lutmac_", "").equals(module)
        && Integer.parseInt(source.group(2)) == line;
  }

  /** Mode, port and bit, by the wire where it has a name; instances of modules are left out. */
  private static Map<String, String> place(String change) {
    Matcher matcher = CHANGE.matcher(change);
    if (!matcher.matches()) {
      throw new IllegalArgumentException("no change of a cell: " + change);
    }
    String wire = matcher.group(4);
    return wire == null
        ? Map.of("mode", matcher.group(1), "port", matcher.group(2), "bit", matcher.group(3))
        : Map.of(
            "mode",
            matcher.group(1),
            "port",
            matcher.group(2),
            "wire",
            wire.replaceAll(".*\\bu_\\w+\\.", "")
                .replaceAll("^(?!gen_).*\\.", "")
                .replaceAll("\\[([2-9]|\\d\\d+)\\]\\.", "[1]."),
            "bit",
            matcher.group(5));
  }
}
