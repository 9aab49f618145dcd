package lutmac.testbench.netlist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lutmac.network.file.FileTree;
import lutmac.rtl.CoreModules;
import lutmac.sim.verilator.RtlSources;
import lutmac.sim.verilator.RunLength;
import lutmac.sim.verilator.Toolchain;
import lutmac.sim.verilator.VerilatorBuild;
import lutmac.testbench.proof.ModuleHeader;
import lutmac.testbench.proof.ProofsOfMutant;

/**
 * Changes single bits of cells in every module and counts the changes that the testbenches of parts
 * of a design or those of random networks notice, or else the proofs of the module; {@code make
 * mutate}. A change that is proven to make no difference does not count. A module that several
 * designs share is changed in the first of them; modules are told apart by what their first lines
 * say.
 */
public final class Mutate {
  /** What holds assertions is no hardware. */
  private static final Set<String> ASSERTIONS =
      CoreModules.CONTRACTS.stream()
          .map(module -> "lutmac_%s.sv".formatted(module))
          .collect(Collectors.toSet());

  private static final String HEADING =
      "| design | module | noticed | %% | %s |%n|%s"
          .formatted(
              Stream.of(Fate.values()).map(Fate::column).collect(Collectors.joining(" | ")),
              "---|".repeat(4 + Fate.values().length));

  /** Mutants of a line, at most. */
  private static final int LINE = 2;

  private final MutatedDesign subject;
  private final RtlSources design;
  private final List<Workload> workloads;
  private final VerilatorBuild simulators =
      new VerilatorBuild(Toolchain.find(), Path.of("target", "simulators"));

  Mutate(MutatedDesign subject, long seed) {
    this.subject = subject;
    this.design = subject.rtl();
    this.workloads = subject.workloads(seed);
  }

  /**
   * Prints a line for every mutant that no test notices, and of every design a table with a row for
   * every module.
   *
   * @param arguments mutants a module, seed, designs (all without), modules (all without)
   */
  public static void main(String[] arguments) throws Exception {
    Locale.setDefault(Locale.ROOT);
    int each = Integer.parseInt(arguments[0]);
    long seed = Long.parseLong(arguments[1]);
    List<MutatedDesign> designs = MutatedDesign.all();
    List<String> known = designs.stream().map(MutatedDesign::name).toList();
    List<String> wanted = new ArrayList<>(List.of(arguments).subList(2, arguments.length));
    List<String> modules = new ArrayList<>(wanted);
    wanted.retainAll(known);
    modules.removeAll(known);
    Set<String> changed = new HashSet<>();
    Set<String> met = new HashSet<>();
    Map<Fate, Integer> all = new EnumMap<>(Fate.class);
    for (MutatedDesign subject : designs) {
      if (wanted.isEmpty() || wanted.contains(subject.name())) {
        List<Mutant> mutants =
            mutants(subject.rtl(), changed, each, seed).stream()
                .filter(mutant -> modules.isEmpty() || modules.contains(module(mutant)))
                .toList();
        mutants.forEach(mutant -> met.add(module(mutant)));
        if (!mutants.isEmpty()) {
          List<Fate> fates = new Mutate(subject, seed).fates(mutants);
          print(subject.name(), mutants, fates);
          fates.forEach(fate -> all.merge(fate, 1, Integer::sum));
        }
      }
      subject.rtl().files().values().forEach(text -> changed.add(ModuleHeader.of(text)));
    }
    System.out.println(row("all", "", all));
    modules.removeAll(met);
    if (!modules.isEmpty()) {
      System.err.println("mutate: no design and no module to change: " + modules);
      System.exit(2);
    }
  }

  /** The name of a mutant's module, without the design's. */
  private static String module(Mutant mutant) {
    return mutant.file().replaceAll("^lutmac_|\\.sv$", "");
  }

  /** Mutants of every module that is not known, no more than that of each. */
  static List<Mutant> mutants(RtlSources design, Set<String> known, int each, long seed)
      throws IOException, InterruptedException {
    List<Mutant> all =
        Netlist.mutants(design).stream()
            .filter(mutant -> !ASSERTIONS.contains(mutant.file()))
            .filter(mutant -> !known.contains(ModuleHeader.of(design.files().get(mutant.file()))))
            .toList();
    return chosen(all, each, seed);
  }

  /** Two mutants for every line that makes cells, but no more of a module than that. */
  static List<Mutant> chosen(List<Mutant> mutants, int each, long seed) {
    Map<String, Map<Integer, List<Mutant>>> byLine = new TreeMap<>();
    for (Mutant mutant : mutants) {
      byLine
          .computeIfAbsent(mutant.file(), file -> new TreeMap<>())
          .computeIfAbsent(mutant.line(), line -> new ArrayList<>())
          .add(mutant);
    }
    List<Mutant> chosen = new ArrayList<>();
    for (Map.Entry<String, Map<Integer, List<Mutant>>> file : byLine.entrySet()) {
      Map<Integer, List<Mutant>> lines = file.getValue();
      // What is chosen of a module does not depend on the others.
      Random random = new Random(seed + file.getKey().hashCode());
      List<Integer> order = new ArrayList<>(lines.keySet());
      Collections.shuffle(order, random);
      for (int i = 0; i < Math.min(each, LINE * order.size()); i++) {
        List<Mutant> line = lines.get(order.get(i % order.size()));
        String mode = any(line.stream().map(Mutant::mode).distinct().toList(), random);
        chosen.add(any(line.stream().filter(m -> m.mode().equals(mode)).toList(), random));
      }
    }
    Set<String> ports = new HashSet<>();
    return chosen.stream().filter(mutant -> ports.add(mutant.port())).toList();
  }

  private static <T> T any(List<T> list, Random random) {
    return list.get(random.nextInt(list.size()));
  }

  /** What becomes of every mutant. */
  List<Fate> fates(List<Mutant> mutants)
      throws IOException, InterruptedException, ExecutionException {
    if (mutants.isEmpty()) {
      return List.of();
    }
    List<Fate> fates = new ArrayList<>(tested(mutants));
    prove(mutants, fates);
    return fates;
  }

  /** What the tests notice: else {@link Fate#LEFT}. */
  List<Fate> tested(List<Mutant> mutants)
      throws IOException, InterruptedException, ExecutionException {
    Path folder = Files.createTempDirectory("lutmac-mutants");
    try {
      RtlSources mutated = Netlist.mutated(design, mutants, Netlist.Part.WHOLE).sources();
      // Hundreds of short runs follow, and all find the optimized one.
      simulators.build(mutated, subject.hardware().bus(), false, RunLength.SHORT);
      List<ModuleBench> benches = all(subject.benches(mutants, folder));
      requireNone(benchFault(benches, 0));
      requireNone(networkFails(mutated, 0) ? Optional.of("a random network") : Optional.empty());
      return forAll(
          IntStream.rangeClosed(1, mutants.size()).boxed().toList(),
          number ->
              benchFault(benches, number).isPresent()
                  ? Fate.BENCH
                  : networkFails(mutated, number) ? Fate.NETWORK : left(mutants.get(number - 1)));
    } finally {
      FileTree.delete(folder);
    }
  }

  /** Those that the most telling testbenches do not notice, without the networks. */
  List<Mutant> notNoticedByTestbenches(List<Mutant> mutants, Path folder)
      throws IOException, InterruptedException, ExecutionException {
    List<ModuleBench> benches = all(subject.mostTelling(mutants, folder));
    requireNone(benchFault(benches, 0));
    List<Boolean> missed =
        forAll(
            IntStream.rangeClosed(1, mutants.size()).boxed().toList(),
            number -> benchFault(benches, number).isEmpty());
    return IntStream.range(0, mutants.size()).filter(missed::get).mapToObj(mutants::get).toList();
  }

  /** Says that the tests do not notice a mutant, while the others run. */
  private static Fate left(Mutant mutant) {
    System.out.println("  no test notices: " + mutant);
    return Fate.LEFT;
  }

  /** What a testbench of a part that has a mutant says of it, or any of none, which is 0. */
  private static Optional<String> benchFault(List<ModuleBench> benches, int mutant)
      throws IOException, InterruptedException {
    for (ModuleBench bench : benches) {
      if (mutant == 0 || bench.numbers().contains(mutant)) {
        Optional<String> fault = bench.fault(mutant);
        if (fault.isPresent()) {
          return fault;
        }
      }
    }
    return Optional.empty();
  }

  private static void requireNone(Optional<String> fault) {
    if (fault.isPresent()) {
      throw new IllegalStateException("fails although no change is active: " + fault.get());
    }
  }

  private boolean networkFails(RtlSources mutated, int mutant) {
    return workloads.stream().anyMatch(load -> !load.passes(mutated, simulators, mutant));
  }

  /** Puts what is proven in the place of {@link Fate#LEFT}. */
  private void prove(List<Mutant> mutants, List<Fate> fates)
      throws IOException, InterruptedException, ExecutionException {
    for (Netlist.Part part : subject.parts()) {
      List<Integer> left = left(fates);
      Path folder = Files.createTempDirectory("lutmac-equivalence");
      try {
        Equivalence equivalence =
            Equivalence.of(design, left.stream().map(mutants::get).toList(), part, folder);
        List<Equivalence.Answer> answers =
            forAll(IntStream.rangeClosed(1, left.size()).boxed().toList(), equivalence::ask);
        for (int i = 0; i < left.size(); i++) {
          if (answers.get(i) == Equivalence.Answer.NONE) {
            fates.set(left.get(i), Fate.EQUIVALENT);
          }
        }
      } finally {
        FileTree.delete(folder);
      }
    }
    List<Integer> unproven = left(fates);
    List<Fate> proven = forAll(unproven, index -> proven(mutants.get(index)));
    for (int i = 0; i < unproven.size(); i++) {
      fates.set(unproven.get(i), proven.get(i));
    }
  }

  private static List<Integer> left(List<Fate> fates) {
    return IntStream.range(0, fates.size())
        .filter(index -> fates.get(index) == Fate.LEFT)
        .boxed()
        .toList();
  }

  private Fate proven(Mutant mutant) throws IOException, InterruptedException {
    return switch (ProofsOfMutant.ask(
        module(mutant), design.files().get(mutant.file()), mutant.line(), mutant.change())) {
      case REFUTED -> Fate.PROOF;
      case HOLDS -> Fate.STILL_PROVEN;
      case UNKNOWN -> Fate.LEFT;
    };
  }

  private interface Question<A> {
    A ask(int number) throws IOException, InterruptedException;
  }

  /** Answers in the order of the numbers, several at a time. */
  private static <A> List<A> forAll(List<Integer> numbers, Question<A> question)
      throws InterruptedException, ExecutionException {
    return all(numbers.stream().<Callable<A>>map(number -> () -> question.ask(number)).toList());
  }

  /** Results in the order of the tasks, several at a time. */
  private static <A> List<A> all(List<Callable<A>> tasks)
      throws InterruptedException, ExecutionException {
    ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      List<A> results = new ArrayList<>();
      for (Future<A> done : threads.invokeAll(tasks)) {
        results.add(done.get());
      }
      return results;
    } finally {
      threads.shutdownNow();
    }
  }

  /** Prints what no test notices, and a table of a design's modules. */
  private static void print(String design, List<Mutant> mutants, List<Fate> fates) {
    Map<String, Map<Fate, Integer>> modules = new TreeMap<>();
    for (int i = 0; i < mutants.size(); i++) {
      Fate fate = fates.get(i);
      modules
          .computeIfAbsent(module(mutants.get(i)), module -> new EnumMap<>(Fate.class))
          .merge(fate, 1, Integer::sum);
      if (fate != Fate.BENCH && fate != Fate.NETWORK) {
        System.out.printf("  %s: %s%n", fate.column(), mutants.get(i));
      }
    }
    System.out.println(HEADING);
    modules.forEach(
        (module, counts) -> System.out.println(row(design, "`%s`".formatted(module), counts)));
    System.out.flush();
  }

  private static String row(String design, String module, Map<Fate, Integer> counts) {
    int all = 0;
    int noticed = 0;
    List<String> cells = new ArrayList<>();
    for (Fate fate : Fate.values()) {
      int count = counts.getOrDefault(fate, 0);
      all += fate.counts() ? count : 0;
      noticed += fate.noticed() ? count : 0;
      cells.add(count == 0 ? "" : Integer.toString(count));
    }
    return "| %s | %s | %d of %d | %.1f | %s |"
        .formatted(
            design,
            module,
            noticed,
            all,
            all == 0 ? 100 : 100.0 * noticed / all,
            String.join(" | ", cells));
  }
}
