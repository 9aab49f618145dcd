package lutmac.quant.quantize;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import lutmac.network.BadInputException;
import lutmac.network.text.Alike;
import lutmac.quant.fuse.FusedLayer;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.PinnedFormats;
import lutmac.quant.plan.PinnedLayer;
import lutmac.quant.study.Study;

/**
 * Holds pinned formats against a network: every pin must name a choice that there is. There is none
 * of the weights of a layer that only copies channels, of the output of a layer that returns its
 * accumulators, and of feature maps that are put together with the network's input.
 */
final class PinCheck {
  private static final int NAMED = 5;

  private final Study study;

  PinCheck(Study study) {
    this.study = study;
  }

  /**
   * The same pins; a pinned feature map's format is that of all feature maps that must share it.
   *
   * @throws BadInputException naming the source and the layer, if a pin cannot be kept
   */
  PinnedFormats checked(PinnedFormats pins) {
    Map<String, FusedLayer.Linear> layers = new LinkedHashMap<>();
    study.linearLayers().forEach(layer -> layers.put(layer.name(), layer));
    List<String> unknown =
        pins.layers().keySet().stream().filter(name -> !layers.containsKey(name)).toList();
    if (!unknown.isEmpty()) {
      throw new BadInputException(
          "%s: the network has no layer %s with weights; its layers are %s%s"
              .formatted(
                  pins.source(),
                  listed(unknown),
                  listed(List.copyOf(layers.keySet())),
                  Alike.hint(unknown.get(0), layers.keySet())));
    }
    checkInput(pins);
    pins.layers().forEach((name, layer) -> check(pins, layers.get(name), layer));
    return spread(pins);
  }

  private void checkInput(PinnedFormats pins) {
    if (pins.input().isEmpty()) {
      return;
    }
    ActivationFormat wanted = pins.input().get();
    if (!wanted.uniform()) {
      throw refused(pins, "input", "the network's input is fixed point; write 'kind: fixed'");
    }
    boolean pixels = wanted.bits() == 8 && wanted.frac().orElse(0) == 0;
    if (study.input(wanted).encoding().folded() && !pixels) {
      throw refused(
          pins,
          "input",
          "the codes are the images' 8-bit pixels themselves (fixed, 8 bits, frac 0); remove 'input'");
    }
  }

  private void check(PinnedFormats pins, FusedLayer.Linear layer, PinnedLayer pinned) {
    String where = "layer '%s'".formatted(layer.name());
    if (layer.identity() && pinned.pinsWeights()) {
      throw refused(
          pins,
          where,
          "it only copies channels, there is no choice of weights; keep only 'output'");
    }
    pinned
        .shifts()
        .filter(shifts -> shifts.size() != layer.outChannels())
        .ifPresent(
            shifts -> {
              throw refused(
                  pins,
                  where,
                  "it has %d output channels, got %d channel shifts; write one for each, or true"
                      .formatted(layer.outChannels(), shifts.size()));
            });
    if (pinned.output().isEmpty()) {
      return;
    }
    if (study.returnsSums(layer)) {
      throw refused(pins, where, "the network returns its accumulators; remove 'output'");
    }
    if (!study.choosesOutput(layer)) {
      throw refused(
          pins,
          where,
          "its map is put together with the network's input and has that format; remove 'output'");
    }
    if (!pinned.output().get().holdsNegatives() && study.groups().signed(layer.output())) {
      throw refused(
          pins,
          where,
          "it makes negative values, a logarithmic format has none; write 'kind: fixed'");
    }
  }

  private PinnedFormats spread(PinnedFormats pins) {
    Map<String, PinnedLayer> spread = new LinkedHashMap<>(pins.layers());
    for (FusedLayer.Linear from : study.linearLayers()) {
      Optional<ActivationFormat> format = pins.of(from.name()).output();
      if (format.isEmpty()) {
        continue;
      }
      List<String> group = study.groups().of(from.output());
      for (FusedLayer.Linear to : study.linearLayers()) {
        if (to == from || !group.contains(to.output())) {
          continue;
        }
        Optional<ActivationFormat> other = pins.of(to.name()).output();
        if (other.isPresent() && !other.equals(format)) {
          throw refused(
              pins,
              "layers '%s' and '%s'".formatted(from.name(), to.name()),
              "their maps are put together and have one format; write the same 'output' for both");
        }
        spread.put(to.name(), spread.getOrDefault(to.name(), PinnedLayer.NONE).withOutput(format));
      }
    }
    return new PinnedFormats(pins.source(), pins.input(), spread);
  }

  /** Whether nothing is left to a recipe. */
  boolean complete(PinnedFormats pins) {
    return study.linearLayers().stream()
        .allMatch(
            layer -> {
              PinnedLayer pinned = pins.of(layer.name());
              boolean weights =
                  layer.identity()
                      || (pinned.weights().isPresent() && pinned.channelShifts().isPresent());
              return weights && (!study.choosesOutput(layer) || pinned.output().isPresent());
            });
  }

  private static BadInputException refused(PinnedFormats pins, String where, String what) {
    return new BadInputException("%s: %s: %s".formatted(pins.source(), where, what));
  }

  private static String listed(List<String> names) {
    String some =
        names.stream().limit(NAMED).map(name -> "'" + name + "'").collect(Collectors.joining(", "));
    return names.size() <= NAMED ? some : "%s and %d more".formatted(some, names.size() - NAMED);
  }
}
