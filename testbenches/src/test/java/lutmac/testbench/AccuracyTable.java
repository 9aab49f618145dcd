package lutmac.testbench;

import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import lutmac.quant.recipe.Techniques;

/**
 * Prints what every recipe reaches on the real networks, and what every step of the quantizer is
 * worth. {@code testbenches/accuracy.sh} starts it; arguments pick the rows whose network or
 * setting contain one of them, {@code ablation} the ablation, {@code seed=2} another seed.
 */
public final class AccuracyTable {
  private static final String SEED = "seed=";

  private final Map<RealNetwork, Double> floating = new EnumMap<>(RealNetwork.class);

  private AccuracyTable() {}

  public static void main(String[] args) {
    List<String> wanted =
        Stream.of(args)
            .filter(arg -> !arg.startsWith(SEED))
            .map(arg -> arg.toLowerCase(Locale.ROOT))
            .toList();
    Optional<Long> seed =
        Stream.of(args)
            .filter(arg -> arg.startsWith(SEED))
            .map(arg -> Long.valueOf(arg.substring(SEED.length())))
            .findFirst();
    AccuracyTable table = new AccuracyTable();
    if (wanted.contains("ablation")) {
      table.ablation();
    } else {
      table.bars(wanted, seed);
    }
  }

  private void bars(List<String> wanted, Optional<Long> seed) {
    System.out.println(AccuracyBar.HEADING);
    for (AccuracyBar bar : AccuracyBar.all()) {
      String name = (bar.network() + " " + bar.setting()).toLowerCase(Locale.ROOT);
      if (wanted.isEmpty() || wanted.stream().anyMatch(name::contains)) {
        AccuracyBar seeded = seed.map(bar::withSeed).orElse(bar);
        System.out.println(
            seeded.row(seeded.measure(floating(bar.network())), Optional.empty()));
      }
    }
  }

  private void ablation() {
    System.out.println(AccuracyBar.HEADING);
    for (AccuracyBar bar : AccuracyBar.all()) {
      if (bar.network() == RealNetwork.RESNET20 && bar.setting().startsWith("auto, W")) {
        techniques()
            .forEach(
                (name, techniques) -> {
                  AccuracyBar without = bar.without(name, techniques);
                  System.out.println(
                      without.row(without.measure(floating(bar.network())), Optional.of("")));
                });
      }
    }
  }

  private static Map<String, Techniques> techniques() {
    Map<String, Techniques> techniques = new LinkedHashMap<>();
    techniques.put("nothing", Techniques.all());
    techniques.put("equalization", new Techniques(false, true, true, true, true, true));
    techniques.put("exact tables", new Techniques(true, false, true, true, true, true));
    techniques.put("compensation", new Techniques(true, true, false, true, true, true));
    techniques.put("descent", new Techniques(true, true, true, false, true, true));
    techniques.put("retargeting", new Techniques(true, true, true, true, false, true));
    techniques.put("bias correction", new Techniques(true, true, true, true, true, false));
    return techniques;
  }

  private double floating(RealNetwork network) {
    return floating.computeIfAbsent(network, AccuracyBar::floating);
  }
}
