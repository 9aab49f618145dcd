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
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.network.file.FileTree;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.rtl.CoreModules;
import lutmac.sim.verilator.RtlSources;
import lutmac.sim.verilator.Toolchain;
import lutmac.sim.verilator.VerilatorBuild;
import lutmac.testbench.Hardware;
import lutmac.testbench.RandomHardware;
import lutmac.testbench.proof.ModuleHeader;
import lutmac.testbench.proof.ProofsOfMutant;

/**
 * Changes single bits of cells in every module and counts the changes that the testbenches of core
 * and shell or those of random networks notice, or else the proofs of the module; {@code make
 * mutate}. A change that is proven to make no difference does not count. A module that several
 * accelerators share is changed in the first of them; modules are told apart by what their first
 * lines say.
 */
public final class Mutate {
  private static final int WORKLOADS = 30;

  /** What holds assertions is no hardware. */
  private static final Set<String> ASSERTIONS =
      CoreModules.CONTRACTS.stream()
          .map(module -> "lutmac_%s.sv".formatted(module))
          .collect(Collectors.toSet());

  /** Mutants of a line, at most. */
  private static final int LINE = 2;

  private static final int DISTURBED_EVERY = 8;
  private static final int DISTURBANCES = 12;
  private static final int PAUSES = 300;

  private final AcceleratorConfig array;
  private final RtlSources design;
  private final List<Workload> workloads;
  private final VerilatorBuild simulators =
      new VerilatorBuild(Toolchain.find(), Path.of("target", "simulators"));

  Mutate(AcceleratorConfig array, long seed) {
    this.array = array;
    this.design = new RtlSources(Hardware.rtl(array));
    this.workloads =
        IntStream.range(0, WORKLOADS).mapToObj(number -> workload(array, seed, number)).toList();
  }

  /**
   * Prints a line for every mutant that nothing notices and for every module.
   *
   * @param arguments mutants a module, seed, styles (all without), modules (all without)
   */
  public static void main(String[] arguments) throws Exception {
    Locale.setDefault(Locale.ROOT);
    int each = Integer.parseInt(arguments[0]);
    long seed = Long.parseLong(arguments[1]);
    List<String> known = arrays().stream().map(array -> array.pe().name()).toList();
    List<String> styles = new ArrayList<>(List.of(arguments).subList(2, arguments.length));
    List<String> modules = new ArrayList<>(styles);
    styles.retainAll(known);
    modules.removeAll(known);
    Set<String> changed = new HashSet<>();
    Set<String> met = new HashSet<>();
    Map<Fate, Integer> all = new EnumMap<>(Fate.class);
    for (AcceleratorConfig array : arrays()) {
      Mutate mutate = new Mutate(array, seed);
      if (styles.isEmpty() || styles.contains(array.pe().name())) {
        List<Mutant> mutants =
            mutate.mutants(changed, each, seed).stream()
                .filter(mutant -> modules.isEmpty() || modules.contains(module(mutant)))
                .toList();
        mutants.forEach(mutant -> met.add(module(mutant)));
        List<Fate> fates = mutate.fates(mutants);
        print(array.pe().name(), mutants, fates);
        fates.forEach(fate -> all.merge(fate, 1, Integer::sum));
      }
      mutate.design.files().values().forEach(text -> changed.add(ModuleHeader.of(text)));
    }
    System.out.println(counts(all));
    modules.removeAll(met);
    if (!modules.isEmpty()) {
      System.err.println("mutate: no style and no module to change: " + modules);
      System.exit(2);
    }
  }

  /** The name of a mutant's module, without the design's. */
  private static String module(Mutant mutant) {
    return mutant.file().replaceAll("^lutmac_|\\.sv$", "");
  }

  /** All arrays; the one whose tables the core's testbench knows first. */
  private static List<AcceleratorConfig> arrays() {
    AcceleratorConfig first = RandomHardware.csdArray();
    return Stream.concat(
            Stream.of(first),
            RandomHardware.everyArray().stream().filter(array -> !array.equals(first)))
        .toList();
  }

  private static Workload workload(AcceleratorConfig array, long seed, int number) {
    long own = seed * 1_000 + number;
    Workload workload = Workload.of(network(own, number), array, own, number % 3 == 2 ? PAUSES : 0);
    return number % DISTURBED_EVERY == DISTURBED_EVERY - 1
        ? workload.disturbed(DISTURBANCES)
        : workload;
  }

  private static QuantizedNetwork network(long seed, int number) {
    return switch (number % 6) {
      case 1 -> RandomNetworks.branchingNetwork(seed, 2);
      case 3 -> RandomNetworks.networkOfSeveralOutputs(seed);
      case 5 -> RandomNetworks.wideNetwork(seed);
      default -> RandomNetworks.anyNetwork(seed);
    };
  }

  /** Mutants of every module that is not known, no more than that of each. */
  List<Mutant> mutants(Set<String> known, int each, long seed)
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
    Path folder = Files.createTempDirectory("lutmac-equivalence");
    try {
      prove(mutants, fates, folder);
    } finally {
      FileTree.delete(folder);
    }
    return fates;
  }

  /** What the tests notice: else {@link Fate#LEFT}. */
  List<Fate> tested(List<Mutant> mutants)
      throws IOException, InterruptedException, ExecutionException {
    Path folder = Files.createTempDirectory("lutmac-mutants");
    try {
      RtlSources mutated = Netlist.mutated(design, mutants, Netlist.Part.WHOLE).sources();
      List<ModuleBench> benches = benches(mutants, folder);
      if (fails(mutated, benches, 0)) {
        return testedInHalves(mutants);
      }
      return forAll(
          IntStream.rangeClosed(1, mutants.size()).boxed().toList(),
          number ->
              benchFails(benches, number)
                  ? Fate.BENCH
                  : networkFails(mutated, number) ? Fate.NETWORK : left(mutants.get(number - 1)));
    } finally {
      FileTree.delete(folder);
    }
  }

  /** Says that the tests do not notice a mutant, while the others run. */
  private static Fate left(Mutant mutant) {
    System.out.println("  no test notices: " + mutant);
    return Fate.LEFT;
  }

  /** The core's testbench knows the tables of one style, as the model of the array does. */
  private List<ModuleBench> benches(List<Mutant> mutants, Path folder)
      throws IOException, InterruptedException {
    List<ModuleBench> benches = new ArrayList<>();
    if (array.equals(RandomHardware.csdArray())) {
      benches.add(
          ModuleBench.ofCore(
              array, design, mutants, Files.createDirectory(folder.resolve("core"))));
    }
    benches.add(
        ModuleBench.ofCoreAroundArray(
            array, design, mutants, Files.createDirectory(folder.resolve("model"))));
    benches.add(
        ModuleBench.ofSequencer(
            array, design, mutants, Files.createDirectory(folder.resolve("sequencer"))));
    benches.add(
        ModuleBench.ofShell(
            array, design, mutants, Files.createDirectory(folder.resolve("shell"))));
    return benches;
  }

  private boolean fails(RtlSources mutated, List<ModuleBench> benches, int mutant)
      throws IOException, InterruptedException {
    for (ModuleBench bench : benches) {
      if (!bench.passes(mutant)) {
        return true;
      }
    }
    return networkFails(mutated, mutant);
  }

  private static boolean benchFails(List<ModuleBench> benches, int mutant)
      throws IOException, InterruptedException {
    for (ModuleBench bench : benches) {
      if (bench.numbers().contains(mutant) && !bench.passes(mutant)) {
        return true;
      }
    }
    return false;
  }

  private boolean networkFails(RtlSources mutated, int mutant) {
    return workloads.stream().anyMatch(load -> !load.passes(mutated, simulators, mutant));
  }

  /** Puts what is proven in the place of {@link Fate#LEFT}. */
  private void prove(List<Mutant> mutants, List<Fate> fates, Path folder)
      throws IOException, InterruptedException, ExecutionException {
    List<Integer> left = left(fates);
    List<Mutant> asked = left.stream().map(mutants::get).toList();
    if (asked.isEmpty()) {
      return;
    }
    Equivalence equivalence = Equivalence.of(design, asked, folder);
    List<Equivalence.Answer> answers =
        forAll(IntStream.rangeClosed(1, asked.size()).boxed().toList(), equivalence::ask);
    for (int i = 0; i < asked.size(); i++) {
      if (answers.get(i) == Equivalence.Answer.NONE) {
        fates.set(left.get(i), Fate.EQUIVALENT);
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
    ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      List<Future<A>> running = new ArrayList<>();
      for (int number : numbers) {
        running.add(threads.submit(() -> question.ask(number)));
      }
      List<A> answers = new ArrayList<>();
      for (Future<A> run : running) {
        answers.add(run.get());
      }
      return answers;
    } finally {
      threads.shutdownNow();
    }
  }

  /** Some mutations of yosys 0.23 change a netlist even when they are not selected. */
  private List<Fate> testedInHalves(List<Mutant> mutants)
      throws IOException, InterruptedException, ExecutionException {
    if (mutants.size() == 1) {
      return List.of(Fate.LEFT_OUT);
    }
    int half = mutants.size() / 2;
    List<Fate> fates = new ArrayList<>(tested(mutants.subList(0, half)));
    fates.addAll(tested(mutants.subList(half, mutants.size())));
    return fates;
  }

  private static void print(String style, List<Mutant> mutants, List<Fate> fates) {
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
    modules.forEach(
        (module, counts) -> System.out.printf("%-8s %-32s %s%n", style, module, counts(counts)));
    System.out.flush();
  }

  private static String counts(Map<Fate, Integer> counts) {
    int all = 0;
    int noticed = 0;
    StringBuilder line = new StringBuilder();
    for (Fate fate : Fate.values()) {
      int count = counts.getOrDefault(fate, 0);
      all += fate.counts() ? count : 0;
      noticed += fate.noticed() ? count : 0;
      line.append(count == 0 ? "" : ", %s %d".formatted(fate.column(), count));
    }
    return "%d to notice, %d noticed, %.1f %%%s"
        .formatted(all, noticed, all == 0 ? 100 : 100.0 * noticed / all, line);
  }
}
