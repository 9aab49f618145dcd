package lutmac.testbench.proof;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import lutmac.network.file.FileTree;

/** Runs the proofs and prints a table of them; {@code make prove}. */
public final class Prove {
  private static final Duration LIMIT =
      Duration.ofSeconds(Integer.getInteger("lutmac.proof.seconds", 600));

  private Prove() {}

  /**
   * Exit status 1 if a proof fails.
   *
   * @param arguments parts of titles of the proofs to run; all without
   */
  public static void main(String[] arguments) throws IOException, InterruptedException {
    boolean proven = true;
    System.out.printf(
        "%-18s %-66s %-34s %-10s %5s %7s %s%n",
        "module", "property", "parameters", "holds", "steps", "s", "result");
    for (Proof proof : Proofs.all()) {
      if (!List.of(arguments).stream().allMatch(proof.title()::contains)) {
        continue;
      }
      Path folder = Files.createTempDirectory("lutmac-proof");
      ProofRun run = ProofRun.of(proof, folder, LIMIT);
      System.out.printf(
          Locale.ROOT,
          "%-18s %-66s %-34s %-10s %5d %7.1f %s%n",
          proof.module(),
          proof.property(),
          parameters(proof.parameters()),
          proof.method().text(),
          run.steps(),
          run.seconds(),
          run.verdict());
      if (run.verdict() == ProofRun.Verdict.PROVEN) {
        FileTree.delete(folder);
      } else {
        Files.writeString(folder.resolve("yosys.log"), run.log());
        System.out.println("  see " + folder.resolve("yosys.log"));
        proven = false;
      }
    }
    if (!proven) {
      System.exit(1);
    }
  }

  private static String parameters(Map<String, Integer> parameters) {
    return parameters.entrySet().stream()
        .map(entry -> entry.getKey() + "=" + entry.getValue())
        .collect(Collectors.joining(","));
  }
}
