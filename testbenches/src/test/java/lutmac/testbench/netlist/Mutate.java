package lutmac.testbench.netlist;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
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
import java.util.stream.IntStream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.sim.verilator.RtlSources;
import lutmac.sim.verilator.Toolchain;
import lutmac.sim.verilator.VerilatorBuild;
import lutmac.testbench.Hardware;
import lutmac.testbench.RandomHardware;
import lutmac.testbench.proof.ProofsOfMutant;

/**
 * Changes single bits of cells in every module and counts the changes that the tests of random
 * networks notice, or else the proofs of the module; {@code make mutate}. A module that several
 * accelerators share is changed in the first of them.
 */
public final class Mutate {
  private static final int WORKLOADS = 120;
  private static final int DISTURBED_EVERY = 8;
  private static final int DISTURBANCES = 12;
  private static final int PAUSES = 300;

  /** Style, module, mutants, and what became of them. */
  private static final String TABLE = "%-8s %-32s %7s %7s %7s %8s %7s%n";

  /** Whom a mutant is noticed by. */
  static final int NOBODY = -1;

  /** Of a mutant that was not tried. */
  private static final int LEFT_OUT = -2;

  /** Whom of the networks nobody notices, but a proof of the module does. */
  private static final int PROOF = -3;

  /** Of a mutant with which all that is proven of the module still holds for all inputs. */
  private static final int STILL_PROVEN = -4;

  private final RtlSources design;
  private final List<Workload> workloads;
  private final VerilatorBuild simulators =
      new VerilatorBuild(Toolchain.find(), Path.of("target", "simulators"));

  Mutate(AcceleratorConfig array, long seed) {
    this.design = new RtlSources(Hardware.rtl(array));
    this.workloads =
        IntStream.range(0, WORKLOADS).mapToObj(number -> workload(array, seed, number)).toList();
  }

  /**
   * Prints a line for every mutant that nothing notices and for every module.
   *
   * @param arguments mutants a module, seed
   */
  public static void main(String[] arguments) throws Exception {
    int each = Integer.parseInt(arguments[0]);
    long seed = Long.parseLong(arguments[1]);
    System.out.printf(TABLE, "style", "module", "mutants", "tests", "proofs", "proven", "left");
    Map<String, String> known = new HashMap<>();
    int all = 0;
    int noticed = 0;
    for (AcceleratorConfig array : RandomHardware.everyArray()) {
      Mutate mutate = new Mutate(array, seed);
      List<Mutant> mutants = mutate.mutants(known, each, new Random(seed));
      known.putAll(mutate.design.files());
      List<Integer> by =
          mutants.isEmpty() ? List.of() : mutate.proven(mutants, mutate.noticed(mutants));
      print(array.pe().name(), mutants, by);
      all += (int) by.stream().filter(who -> who != LEFT_OUT).count();
      noticed += (int) by.stream().filter(who -> who >= 0 || who == PROOF).count();
    }
    System.out.printf(
        Locale.ROOT, "%d mutants, %d noticed, %.1f %%%n", all, noticed, 100.0 * noticed / all);
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

  /** So many mutants of every module that is not known with the same text. */
  List<Mutant> mutants(Map<String, String> known, int each, Random random)
      throws IOException, InterruptedException {
    List<Mutant> all =
        Netlist.mutants(design).stream()
            .filter(mutant -> !design.files().get(mutant.file()).equals(known.get(mutant.file())))
            .toList();
    return chosen(all, each, random);
  }

  /** So many mutants of every module or fewer, of as many lines and modes as there are. */
  static List<Mutant> chosen(List<Mutant> mutants, int each, Random random) {
    Map<String, Map<Integer, List<Mutant>>> byLine = new TreeMap<>();
    for (Mutant mutant : mutants) {
      byLine
          .computeIfAbsent(mutant.file(), file -> new TreeMap<>())
          .computeIfAbsent(mutant.line(), line -> new ArrayList<>())
          .add(mutant);
    }
    List<Mutant> chosen = new ArrayList<>();
    for (Map<Integer, List<Mutant>> lines : byLine.values()) {
      List<Integer> order = new ArrayList<>(lines.keySet());
      Collections.shuffle(order, random);
      for (int i = 0; i < each; i++) {
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

  /** For every mutant the first workload that fails, {@link #NOBODY} or {@link #LEFT_OUT}. */
  List<Integer> noticed(List<Mutant> mutants)
      throws IOException, InterruptedException, ExecutionException {
    RtlSources mutated = Netlist.mutated(design, mutants);
    if (firstFailure(mutated, 0) != NOBODY) {
      return noticedInHalves(mutants);
    }
    ExecutorService threads =
        Executors.newFixedThreadPool(Runtime.getRuntime().availableProcessors());
    try {
      List<Future<Integer>> running = new ArrayList<>();
      for (int number = 1; number <= mutants.size(); number++) {
        int mutant = number;
        running.add(threads.submit(() -> firstFailure(mutated, mutant)));
      }
      List<Integer> noticed = new ArrayList<>();
      for (Future<Integer> run : running) {
        noticed.add(run.get());
      }
      return noticed;
    } finally {
      threads.shutdownNow();
    }
  }

  /** The same, with what the proofs say of those that nobody noticed. */
  private List<Integer> proven(List<Mutant> mutants, List<Integer> noticed)
      throws IOException, InterruptedException {
    List<Integer> by = new ArrayList<>(noticed);
    for (int i = 0; i < by.size(); i++) {
      if (by.get(i) == NOBODY) {
        Mutant mutant = mutants.get(i);
        ProofsOfMutant.Answer answer =
            ProofsOfMutant.ask(
                mutant.file().replaceAll("^lutmac_|\\.sv$", ""),
                design.files().get(mutant.file()),
                mutant.line(),
                mutant.change());
        by.set(
            i,
            switch (answer) {
              case FAILS -> PROOF;
              case HOLDS -> STILL_PROVEN;
              case UNKNOWN -> NOBODY;
            });
      }
    }
    return by;
  }

  /** Some mutations of yosys 0.23 change a netlist even when they are not selected. */
  private List<Integer> noticedInHalves(List<Mutant> mutants)
      throws IOException, InterruptedException, ExecutionException {
    if (mutants.size() == 1) {
      System.out.println("  left out, changes the netlist unselected: " + mutants.get(0));
      return List.of(LEFT_OUT);
    }
    int half = mutants.size() / 2;
    List<Integer> noticed = new ArrayList<>(noticed(mutants.subList(0, half)));
    noticed.addAll(noticed(mutants.subList(half, mutants.size())));
    return noticed;
  }

  private int firstFailure(RtlSources mutated, int mutant) {
    return IntStream.range(0, workloads.size())
        .filter(number -> !workloads.get(number).passes(mutated, simulators, mutant))
        .findFirst()
        .orElse(NOBODY);
  }

  private static void print(String style, List<Mutant> mutants, List<Integer> by) {
    Map<String, int[]> counts = new TreeMap<>();
    for (int i = 0; i < mutants.size(); i++) {
      if (by.get(i) == LEFT_OUT) {
        continue;
      }
      int[] count = counts.computeIfAbsent(mutants.get(i).file(), file -> new int[5]);
      count[0]++;
      switch (by.get(i)) {
        case NOBODY -> {
          count[4]++;
          System.out.println("  survives: " + mutants.get(i));
        }
        case PROOF -> {
          count[2]++;
          System.out.println("  noticed by a proof: " + mutants.get(i));
        }
        case STILL_PROVEN -> {
          count[3]++;
          System.out.println("  still proven: " + mutants.get(i));
        }
        default -> count[1]++;
      }
    }
    counts.forEach(
        (file, count) ->
            System.out.printf(
                TABLE, style, file, count[0], count[1], count[2], count[3], count[4]));
  }
}
