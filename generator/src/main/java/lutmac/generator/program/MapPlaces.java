package lutmac.generator.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.Tensor;

/**
 * Which feature maps are written into the place of a concatenation, so that nothing needs to be
 * copied: every map into one at most, the network input into none.
 */
final class MapPlaces {
  /** A piece of a concatenation: the words of a pixel in front of it. */
  private record Piece(String concat, int member) {}

  private final Map<String, Piece> pieces = new HashMap<>();
  private final Map<String, List<Integer>> firstWords = new HashMap<>();

  private MapPlaces() {}

  static MapPlaces of(QuantizedNetwork network) {
    MapPlaces places = new MapPlaces();
    for (QuantizedLayer layer : network.layers()) {
      layer.fold(mac -> null, pool -> null, concat -> places.add(network, concat));
    }
    return places;
  }

  private Void add(QuantizedNetwork network, ConcatLayer concat) {
    for (int member = 0; member < concat.inputs().size(); member++) {
      Tensor input = concat.inputs().get(member);
      boolean taken = pieces.containsKey(input.name()) || input.equals(network.input().tensor());
      String map = taken ? copyName(concat, member) : input.name();
      pieces.put(map, new Piece(concat.output().name(), member));
    }
    return null;
  }

  /** What a copied map is called among the maps in the buffer. */
  static String copyName(ConcatLayer concat, int member) {
    return "%s[%d]".formatted(concat.output().name(), member);
  }

  /** Whether a concatenation holds a copy of its input. */
  boolean isCopied(ConcatLayer concat, int member) {
    return pieces.containsKey(copyName(concat, member));
  }

  /** The map or the copy of it that is a piece of a concatenation. */
  String pieceName(ConcatLayer concat, int member) {
    return isCopied(concat, member) ? copyName(concat, member) : concat.inputs().get(member).name();
  }

  /**
   * The layout of a concatenation.
   *
   * @param layouts the layouts of maps and copies by name
   */
  MapLayout concatenate(ConcatLayer concat, Map<String, MapLayout> layouts) {
    List<Integer> first = new ArrayList<>();
    MapLayout all = null;
    int channels = 0;
    for (int member = 0; member < concat.inputs().size(); member++) {
      Tensor input = concat.inputs().get(member);
      MapLayout layout = layouts.get(pieceName(concat, member));
      first.add(all == null ? 0 : all.words());
      all = all == null ? layout : all.then(layout, channels);
      channels += input.shape().channels();
    }
    firstWords.put(concat.output().name(), first);
    return all;
  }

  /** The maps and copies that make up what a network returns. */
  Set<String> results(QuantizedNetwork network) {
    Set<String> results = new HashSet<>();
    network.outputs().forEach(map -> addResult(network, map, results));
    return results;
  }

  private void addResult(QuantizedNetwork network, Tensor map, Set<String> results) {
    Optional<ConcatLayer> concat =
        network.layers().stream()
            .filter(layer -> layer.output().equals(map))
            .findFirst()
            .flatMap(MapPlaces::concat);
    if (concat.isEmpty()) {
      results.add(map.name());
      return;
    }
    for (int member = 0; member < concat.get().inputs().size(); member++) {
      if (isCopied(concat.get(), member)) {
        results.add(copyName(concat.get(), member));
      } else {
        addResult(network, concat.get().inputs().get(member), results);
      }
    }
  }

  private static Optional<ConcatLayer> concat(QuantizedLayer layer) {
    return layer.fold(mac -> Optional.empty(), pool -> Optional.empty(), Optional::of);
  }

  /** The map in whose region a map lies: itself, or the concatenation that it is a piece of. */
  String root(String map) {
    Piece piece = pieces.get(map);
    return piece == null ? map : root(piece.concat());
  }

  /** Words of a pixel of the root that lie in front of the map. */
  int firstWord(String map) {
    Piece piece = pieces.get(map);
    return piece == null
        ? 0
        : firstWord(piece.concat()) + firstWords.get(piece.concat()).get(piece.member());
  }
}
