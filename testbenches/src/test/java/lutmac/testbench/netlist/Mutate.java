package lutmac.testbench.netlist;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.network.quantized.RandomNetworks;
import lutmac.sim.verilator.RtlSources;
import lutmac.sim.verilator.Toolchain;
import lutmac.sim.verilator.VerilatorBuild;
import lutmac.testbench.Hardware;
import lutmac.testbench.RandomNetworkCosimulationTest;

/**
 * Changes single bits of the cells of every module and counts the changes that tests notice; {@code
 * make mutate}.
 */
public final class Mutate {
  private static final int WORKLOADS = 40;
  private static final int DISTURBED_EVERY = 8;
  private static final int DISTURBANCES = 12;

  private final AcceleratorConfig array;
  private final RtlSources design;
  private final List<Workload> workloads;
  private final VerilatorBuild simulators =
      new VerilatorBuild(Toolchain.find(), Path.of("target", "simulators"));

  private Mutate(AcceleratorConfig array, long seed) {
    this.array = array;
    this.design = new RtlSources(Hardware.rtl(array));
    this.workloads = workloads(array, seed);
  }

  /**
   * Exit status 1 if a module lets more than two in a hundred pass.
   *
   * @param arguments mutants a module, seed
   */
  public static void main(String[] arguments) throws Exception {
    int each = Integer.parseInt(arguments[0]);
    long seed = Long.parseLong(arguments[1]);
    Map<String, String> seen = new LinkedHashMap<>();
    Map<String, List<Mutant>> all = new TreeMap<>();
    for (AcceleratorConfig array : RandomNetworkCosimulationTest.everyArray()) {
      Mutate mutate = new Mutate(array, seed);
      List<Mutant> mutants = mutate.chosen(each, seed, seen);
      mutate.design.files().forEach(seen::put);
      if (!mutants.isEmpty()) {
        mutate.run(mutants);
      }
    }
  }

  private static List<Workload> workloads(AcceleratorConfig array, long seed) {
    List<Workload> workloads = new ArrayList<>();
    for (int i = 0; i < WORKLOADS; i++) {
      long at = seed * 1_000 + i;
      Workload workload =
          Workload.of(
              switch (i % 5) {
                case 1 -> RandomNetworks.branchingNetwork(at, 2);
                case 3 -> RandomNetworks.networkOfSeveralOutputs(at);
                case 4 -> i % 2 == 0 ? RandomNetworks.wideNetwork(at) : RandomNetworks.anyNetwork(at);
                default -> RandomNetworks.anyNetwork(at);
              },
              array,
              at,
              i % 3 == 2 ? 300 : 0);
      workloads.add(
          i % DISTURBED_EVERY == DISTURBED_EVERY - 1 ? workload.disturbed(DISTURBANCES) : workload);
    }
    return workloads;
  }

  /** So many mutants of every module that was not there before, of as many lines as there are. */
  private List<Mutant> chosen(int each, long seed, Map<String, String> seen) throws Exception {
    Map<String, Map<Integer, List<Mutant>>> byModule = new TreeMap<>();
    for (Mutant mutant : Yosys.mutants(design)) {
      String file = mutant.module() + ".sv";
      if (!design.files().get(file).equals(seen.get(file))) {
        byModule
            .computeIfAbsent(mutant.module(), module -> new TreeMap<>())
            .computeIfAbsent(mutant.line(), line -> new ArrayList<>())
            .add(mutant);
      }
    }
    List<Mutant> chosen = new ArrayList<>();
    Random random = new Random(seed);
    byModule.forEach(
        (module, lines) -> {
          List<Integer> order = new ArrayList<>(lines.keySet());
          Collections.shuffle(order, random);
          for (int i = 0; i < each; i++) {
            List<Mutant> line = lines.get(order.get(i % order.size()));
            List<String> modes = line.stream().map(Mutant::mode).distinct().toList();
            String mode = modes.get(random.nextInt(modes.size()));
            List<Mutant> some = line.stream().filter(m -> m.mode().equals(mode)).toList();
            chosen.add(some.get(random.nextInt(some.size())));
          }
        });
    return chosen.stream().distinct().toList();
  }

  private void run(List<Mutant> mutants) throws Exception {
    RtlSources mutated = Yosys.mutated(design, mutants);
    System.err.println("mutated " + mutants.size());
    for (Workload workload : workloads) {
      if (!workload.passes(mutated, simulators, 0)) {
        throw new IllegalStateException("the netlist fails without a mutation: seed " + workload.seed());
      }
    }
    System.err.println("passes unchanged");
    ExecutorService threads = Executors.newFixedThreadPool(2);
    List<Future<Integer>> killed = new ArrayList<>();
    for (int number = 1; number <= mutants.size(); number++) {
      int mutant = number;
      killed.add(
          threads.submit(
              () -> {
                long start = System.nanoTime();
                int by = -1;
                for (int i = 0; i < workloads.size() && by < 0; i++) {
                  try {
                  if (!workloads.get(i).passes(mutated, simulators, mutant)) {
                    by = i;
                  }
                  } catch (RuntimeException e) {
                    System.err.println(mutant + " " + e.getMessage());
                    by = i;
                  }
                }
                System.err.printf("%d %s by %d %.2f s%n", mutant, mutants.get(mutant - 1).module(), by, (System.nanoTime() - start) / 1e9);
                return by;
              }));
    }
    Map<String, int[]> table = new TreeMap<>();
    for (int i = 0; i < mutants.size(); i++) {
      int by = killed.get(i).get();
      int[] counts = table.computeIfAbsent(mutants.get(i).module(), module -> new int[2]);
      counts[0]++;
      counts[1] += by >= 0 ? 1 : 0;
      if (by < 0) {
        System.out.println("survives: " + mutants.get(i));
      }
    }
    threads.shutdown();
    table.forEach(
        (module, counts) ->
            System.out.printf(
                Locale.ROOT, "%-8s %-30s %4d %4d%n", array.pe().name(), module, counts[0], counts[1]));
  }
}
