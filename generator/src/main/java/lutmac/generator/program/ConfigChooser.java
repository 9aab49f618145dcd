package lutmac.generator.program;

import static lutmac.rtl.layout.DescriptorField.*;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Features;
import lutmac.generator.config.MapReads;
import lutmac.generator.config.OutputUnit;
import lutmac.generator.pe.PeStyle;
import lutmac.network.BadInputException;
import lutmac.network.format.LogFormat;
import lutmac.network.quantized.AccumulatorRange;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.rtl.layout.DescriptorField;
import lutmac.rtl.layout.Memory;

/** Sizes an accelerator for a network: accumulators and buffers as large as it needs, no larger. */
public final class ConfigChooser {
  private static final int MIN_ACC_BITS = 12;

  /** Fewest words of a buffer. */
  private static final int MIN_DEPTH = 2;

  private static final int MAX_ACC_BITS = 32;

  /**
   * Bits of a skip's alignment at least, where there are skips: other formats of the same network,
   * which are quantized for its design, shift by other places.
   */
  private static final int USUAL_ALIGN_BITS = 4;

  /**
   * Of the network's cycles one in so many may go to an output unit that takes rows slower, and as
   * many to skips that wait for the only bank of feature maps.
   */
  private static final int RATE_COST = 1000;

  private ConfigChooser() {}

  /**
   * The smallest configuration on which the network runs as fast as this array allows: depths are
   * rounded up to powers of two. The output unit takes as many cycles for a row as cost nearly
   * none, and the feature maps have one bank where a second saves hardly any.
   *
   * @param pe style of the processing elements, with its parameters
   * @throws BadInputException if the array's shape is out of range or no configuration suffices
   */
  public static AcceleratorConfig choose(QuantizedNetwork network, int rows, int cols, PeStyle pe) {
    return choose(
        network,
        rows,
        cols,
        pe,
        OptionalInt.empty(),
        OptionalInt.empty(),
        MapReads.FASTEST.feederRate());
  }

  /**
   * The same with what is given of its rates.
   *
   * @param outputRate cycles for a row, 1 to {@link OutputUnit#MAX_RATE}
   * @param mapBanks banks of the feature maps, 1 to {@link MapReads#MAX_BANKS}
   * @param feederRate cycles for a word, 1 to {@link MapReads#MAX_FEEDER_RATE}
   * @throws BadInputException if the network has no such design
   */
  public static AcceleratorConfig choose(
      QuantizedNetwork network,
      int rows,
      int cols,
      PeStyle pe,
      OptionalInt outputRate,
      OptionalInt mapBanks,
      int feederRate) {
    AcceleratorConfig fastest = withFeederRate(unlimited(network, rows, cols, pe), feederRate);
    NetworkPlan fastestPlan = plan(network, fastest);
    AcceleratorConfig atRate =
        withRate(fastest, outputRate.orElseGet(() -> slowestRate(fastestPlan, fastest)));
    AcceleratorConfig unlimited =
        withBanks(atRate, mapBanks.orElseGet(() -> fewestBanks(fastestPlan, atRate)));
    NetworkPlan plan = plan(network, unlimited);
    return new AcceleratorConfig(
        rows,
        cols,
        pe,
        unlimited.features().withCountBits(countBits(plan)),
        Math.max(MIN_ACC_BITS, accBits(plan)),
        Math.max(
            AcceleratorConfig.MIN_FEATURE_MAP_WORDS,
            depth(network, "feature-map", plan.featureMapWords())),
        depth(network, "weight", plan.weightWords()),
        depth(network, "parameter", plan.parameterWords()),
        depth(network, "program", plan.programWords()));
  }

  /**
   * A style with the parameters that suit the network.
   *
   * @param given parameters of the style that are decided already, by name
   * @throws BadInputException if the array's shape is out of range
   */
  public static PeStyle suited(
      QuantizedNetwork network, int rows, int cols, PeStyle style, Map<String, Integer> given) {
    return style.suited(given, candidate -> cycles(network, rows, cols, candidate));
  }

  private static NetworkPlan plan(QuantizedNetwork network, AcceleratorConfig config) {
    NetworkPlan plan = new NetworkPlanner(network, config).plan();
    CountBits.require(plan.layers(), config.features().countBits());
    return plan;
  }

  private static AcceleratorConfig withRate(AcceleratorConfig config, int rate) {
    Features features = config.features();
    return unlimited(
        config.rows(), config.cols(), config.pe(), features.with(features.output().withRate(rate)));
  }

  private static AcceleratorConfig withFeederRate(AcceleratorConfig config, int rate) {
    if (rate > 1 && config.features().depthwise()) {
      throw new BadInputException(
          "depthwise layers take whole words: their feeder takes one cycle for a word, not "
              + rate);
    }
    return with(config, config.features().reads().withFeederRate(rate));
  }

  private static AcceleratorConfig withBanks(AcceleratorConfig config, int banks) {
    return with(config, config.features().reads().withBanks(banks));
  }

  private static AcceleratorConfig with(AcceleratorConfig config, MapReads reads) {
    return unlimited(config.rows(), config.cols(), config.pe(), config.features().with(reads));
  }

  /** The most cycles for a row that cost the network no more than one cycle in a thousand. */
  private static int slowestRate(NetworkPlan plan, AcceleratorConfig fastest) {
    long least = cycles(plan, fastest);
    for (int rate = OutputUnit.MAX_RATE; rate > 1; rate--) {
      if (cycles(plan, withRate(fastest, rate)) <= least + least / RATE_COST) {
        return rate;
      }
    }
    return 1;
  }

  /** One bank of feature maps, if that costs the network no more than one cycle in a thousand. */
  private static int fewestBanks(NetworkPlan plan, AcceleratorConfig fastest) {
    if (!fastest.features().output().skips()) {
      return 1;
    }
    long least = cycles(plan, fastest);
    return cycles(plan, withBanks(fastest, 1)) <= least + least / RATE_COST
        ? 1
        : MapReads.MAX_BANKS;
  }

  private static long cycles(NetworkPlan plan, AcceleratorConfig config) {
    CycleModel model = new CycleModel(config);
    return plan.layers().stream().mapToLong(layer -> model.cycles(layer.descriptor())).sum();
  }

  private static long cycles(QuantizedNetwork network, int rows, int cols, PeStyle pe) {
    try {
      AcceleratorConfig config = unlimited(network, rows, cols, pe);
      return cycles(plan(network, config), config);
    } catch (BadInputException e) {
      return Long.MAX_VALUE;
    }
  }

  /** The array with the features that the network uses, and room for everything. */
  private static AcceleratorConfig unlimited(
      QuantizedNetwork network, int rows, int cols, PeStyle pe) {
    AcceleratorConfig all = unlimited(rows, cols, pe, Features.ALL);
    // With fewer features another way to compute a layer may be the fastest.
    return unlimited(rows, cols, pe, features(network, plan(network, all)));
  }

  /** The array with these features, the deepest buffers and the widest accumulators there are. */
  private static AcceleratorConfig unlimited(int rows, int cols, PeStyle pe, Features features) {
    try {
      return AcceleratorConfig.withMostRoom(rows, cols, pe, features);
    } catch (IllegalArgumentException e) {
      throw new BadInputException(e.getMessage() + "; choose another --array", e);
    }
  }

  /** What a plan for {@link Features#ALL} uses of them. */
  private static Features features(QuantizedNetwork network, NetworkPlan plan) {
    List<Descriptor> layers = plan.layers().stream().map(LoweredLayer::descriptor).toList();
    int log = 0;
    int actBits = Features.FIXED_ACT_BITS;
    for (QuantizedLayer layer : network.layers()) {
      for (LogFormat format : logFormats(layer)) {
        log = Math.max(log, format.bits());
        actBits = Math.max(actBits, format.valueBits() + 1);
      }
    }
    return new Features(
        actBits,
        Math.max(1, most(layers, TAPS_FULL)),
        1 + Math.max(most(layers, WALK_PLANES), most(layers, PHASE_PLANES)),
        most(layers, DEPTHWISE) > 0,
        Math.max(most(layers, IN_LANE), most(layers, OUT_LANE)) > 0,
        most(layers, CODE_PACK) > 0,
        log,
        most(layers, ACTIVATION_TABLE) > 0,
        most(layers, OUT_STEP) > 0,
        !network.layers().stream()
            .allMatch(
                layer -> layer.mac().filter(mac -> WalkFields.hasRows(mac.window())).isPresent()),
        Features.MAX_COUNT_BITS,
        MapReads.FASTEST,
        output(plan, actBits));
  }

  private static OutputUnit output(NetworkPlan plan, int actBits) {
    // A lane of a hole may add a skip to nothing.
    int sumBits = Math.max(OutputUnit.MIN_SUM_BITS, actBits);
    int align = 0;
    for (LoweredLayer layer : plan.layers()) {
      Optional<MacLayer> mac = layer.mac();
      sumBits =
          Math.max(sumBits, mac.map(sums -> AccumulatorRange.of(sums).valueBits()).orElse(sumBits));
      align =
          Math.max(
              align,
              mac.flatMap(MacLayer::skip)
                  .map(skip -> Math.max(1, Collections.max(skip.alignment())))
                  .orElse(0));
    }
    return new OutputUnit(
        Math.min(sumBits, OutputUnit.ALL.sumBits()),
        most(plan.layers().stream().map(LoweredLayer::descriptor).toList(), SEG_N) > 1,
        align == 0
            ? 0
            : Math.max(USUAL_ALIGN_BITS, Integer.SIZE - Integer.numberOfLeadingZeros(align)),
        1);
  }

  private static int most(List<Descriptor> layers, DescriptorField field) {
    return layers.stream().mapToInt(layer -> layer.getInt(field)).max().orElse(0);
  }

  private static List<LogFormat> logFormats(QuantizedLayer layer) {
    return layer.output().format().fold(fixed -> List.of(), List::of, accumulators -> List.of());
  }

  private static int countBits(NetworkPlan plan) {
    return plan.layers().stream()
        .mapToInt(layer -> CountBits.of(layer.descriptor()))
        .reduce(Features.MIN_COUNT_BITS, Math::max);
  }

  private static int accBits(NetworkPlan plan) {
    for (LoweredLayer layer : plan.layers()) {
      if (layer.accBits() > MAX_ACC_BITS) {
        throw new BadInputException(
            "layer '%s': its sums need %d bits, accumulators have at most %d"
                .formatted(layer.layer().name(), layer.accBits(), MAX_ACC_BITS));
      }
    }
    return plan.accBits();
  }

  private static int depth(QuantizedNetwork network, String memory, long words) {
    if (words > Memory.MAX_WORDS) {
      throw new BadInputException(
          ("network '%s' needs %d %s words on chip, a buffer holds at most %d; use an --array with"
                  + " more columns")
              .formatted(network.name(), words, memory, Memory.MAX_WORDS));
    }
    return (int) Math.max(MIN_DEPTH, Long.highestOneBit(Math.max(1, words - 1)) << 1);
  }
}
