package lutmac.cli;

import java.util.OptionalInt;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.MapReads;
import lutmac.generator.config.OutputUnit;
import lutmac.generator.program.ConfigChooser;
import lutmac.network.quantized.QuantizedNetwork;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/**
 * Widths and depths of the accelerator. By default they are what the network needs; given, they
 * make hardware that other networks fit as well.
 */
final class SizingOptions {
  @Option(
      names = "--array",
      defaultValue = "14x16",
      paramLabel = "PxM",
      converter = ArraySize.Converter.class,
      description =
          "Output pixels x output channels that the array works on at a time, 1x2 to 64x64.")
  private ArraySize array;

  @Mixin private StyleOptions style;
  @Mixin private BusOptions bus;

  @Option(
      names = "--output-rate",
      paramLabel = "N",
      description =
          "Cycles that the output unit takes for a row of columns, 1 to 4: of N it has an N-th of"
              + " the shifters. By default as many as cost no more than one cycle in a thousand.")
  private Integer outputRate;

  @Option(
      names = "--map-banks",
      paramLabel = "N",
      description =
          "Banks of the feature maps, 1 or 2: of two, one answers the activations while the other"
              + " answers a skip. By default one if that costs no more than one cycle in a thousand,"
              + " on a bus two.")
  private Integer mapBanks;

  @Option(
      names = "--feeder-rate",
      defaultValue = "1",
      paramLabel = "N",
      description =
          "Cycles that the feeder takes to store a word of the feature maps, 1 or 2: with 2 it has"
              + " half the memory. Not for depthwise layers.")
  private int feederRate;

  @Option(
      names = "--acc-bits",
      paramLabel = "N",
      description = "Bits of the array's sums, 12..32 (by default what the network needs).")
  private Integer accBits;

  @Option(
      names = "--feature-map-words",
      paramLabel = "N",
      description =
          "Words of the feature-map buffer, a power of two (by default the least that the network needs).")
  private Integer featureMapWords;

  @Option(
      names = "--weight-words",
      paramLabel = "N",
      description =
          "Words of the weight buffer, a power of two (by default the least that the network needs).")
  private Integer weightWords;

  @Option(
      names = "--parameter-words",
      paramLabel = "N",
      description =
          "Words of the parameter buffer, a power of two (by default the least that the network needs).")
  private Integer parameterWords;

  @Option(
      names = "--program-words",
      paramLabel = "N",
      description =
          "Words of the program buffer, a power of two (by default the least that the network needs).")
  private Integer programWords;

  /** The accelerator for a network. */
  AcceleratorConfig config(QuantizedNetwork network) {
    AcceleratorConfig needed = needed(network);
    return Arguments.checked(
        Stream.concat(Stream.of(namesOfGiven()), bus.namesOfGiven().stream())
            .filter(name -> !name.isEmpty())
            .collect(Collectors.joining(", ")),
        () ->
            new AcceleratorConfig(
                needed.rows(),
                needed.cols(),
                needed.pe(),
                needed.features(),
                given(accBits, needed.accBits()),
                given(featureMapWords, needed.featureMapWords()),
                given(weightWords, needed.weightWords()),
                given(parameterWords, needed.parameterWords()),
                given(programWords, needed.programWords()),
                bus.bus()));
  }

  /** Whether any width or depth is given. */
  boolean isGiven() {
    return !namesOfGiven().isEmpty();
  }

  /** What is needed to run a network as fast as the array allows, all at once. */
  String needs(QuantizedNetwork network) {
    AcceleratorConfig needed = needed(network);
    return "the whole network needs --acc-bits %d --feature-map-words %d --weight-words %d --parameter-words %d --program-words %d"
        .formatted(
            needed.accBits(),
            needed.featureMapWords(),
            needed.weightWords(),
            needed.parameterWords(),
            needed.programWords());
  }

  private AcceleratorConfig needed(QuantizedNetwork network) {
    return ConfigChooser.choose(
        network,
        array.rows(),
        array.cols(),
        style.style(network, array),
        outputRate(),
        mapBanks(),
        feederRate());
  }

  private OptionalInt outputRate() {
    if (outputRate == null) {
      return OptionalInt.empty();
    }
    Arguments.checked("--output-rate", () -> OutputUnit.ALL.withRate(outputRate));
    return OptionalInt.of(outputRate);
  }

  private int feederRate() {
    Arguments.checked("--feeder-rate", () -> MapReads.FASTEST.withFeederRate(feederRate));
    return feederRate;
  }

  private OptionalInt mapBanks() {
    if (mapBanks == null) {
      // What lies outside is read and written while the core runs.
      return bus.onBus() ? OptionalInt.of(MapReads.MAX_BANKS) : OptionalInt.empty();
    }
    Arguments.checked("--map-banks", () -> MapReads.FASTEST.withBanks(mapBanks));
    return OptionalInt.of(mapBanks);
  }

  private String namesOfGiven() {
    StringJoiner names = new StringJoiner(", ");
    if (accBits != null) {
      names.add("--acc-bits");
    }
    if (featureMapWords != null) {
      names.add("--feature-map-words");
    }
    if (weightWords != null) {
      names.add("--weight-words");
    }
    if (parameterWords != null) {
      names.add("--parameter-words");
    }
    if (programWords != null) {
      names.add("--program-words");
    }
    return names.toString();
  }

  private static int given(Integer wanted, int needed) {
    return wanted == null ? needed : wanted;
  }
}
