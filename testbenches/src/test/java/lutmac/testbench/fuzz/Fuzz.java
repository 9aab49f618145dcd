package lutmac.testbench.fuzz;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import lutmac.network.file.FileTree;
import lutmac.network.text.TextTable;

/**
 * Damages files and has them read: {@code Fuzz [--inputs N] [--seconds S] [--seed S] [TARGET...]}.
 */
public final class Fuzz {
  private static final Path MEMORY = Path.of("/dev/shm");

  private Fuzz() {}

  /**
   * Prints a line a target; exit status 1 if a reader has a fault. Faulty files stay in
   * target/fuzz.
   */
  public static void main(String[] arguments) throws IOException {
    Locale.setDefault(Locale.ROOT);
    long inputs = 1_000_000;
    double seconds = Double.POSITIVE_INFINITY;
    long seed = 1;
    List<String> wanted = new ArrayList<>();
    for (int i = 0; i < arguments.length; i++) {
      switch (arguments[i]) {
        case "--inputs" -> inputs = Long.parseLong(arguments[++i]);
        case "--seconds" -> seconds = Double.parseDouble(arguments[++i]);
        case "--seed" -> seed = Long.parseLong(arguments[++i]);
        default -> wanted.add(arguments[i]);
      }
    }
    Path kept = Path.of("target", "fuzz");
    boolean faulty = false;
    TextTable table = new TextTable("reader", "inputs", "refused", "seconds", "a second", "faults");
    for (FuzzTarget target : FuzzTargets.all()) {
      if (!wanted.isEmpty() && !wanted.contains(target.name())) {
        continue;
      }
      System.err.println(target.name());
      FuzzReport report = run(target, seed, inputs, seconds);
      table.row(
          report.target(),
          report.inputs(),
          report.refused(),
          String.format(Locale.ROOT, "%.0f", report.seconds()),
          String.format(Locale.ROOT, "%.0f", report.inputs() / report.seconds()),
          report.faults().size());
      for (FuzzReport.Fault fault : report.faults()) {
        faulty = true;
        Path file = kept.resolve("%s-%d".formatted(target.name(), fault.seed()));
        Files.createDirectories(kept);
        Files.write(file, fault.file());
        System.out.printf(Locale.ROOT, "%s: %s (%s)%n", target.name(), fault.what(), file);
      }
    }
    System.out.println(table);
    System.exit(faulty ? 1 : 0);
  }

  private static FuzzReport run(FuzzTarget target, long seed, long inputs, double seconds)
      throws IOException {
    // In memory where there is such a place: every file is written anew, millions of times.
    Path folder =
        Files.isWritable(MEMORY)
            ? Files.createTempDirectory(MEMORY, "lutmac-fuzz")
            : Files.createTempDirectory("lutmac-fuzz");
    try {
      return new Fuzzer(folder).run(target, seed, inputs, seconds);
    } finally {
      FileTree.delete(folder);
    }
  }
}
