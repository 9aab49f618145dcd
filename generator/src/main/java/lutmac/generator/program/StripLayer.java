package lutmac.generator.program;

import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * A layer, and what it reads and writes.
 *
 * @param skip of the map that is added
 * @param rows which rows it reads for which
 */
record StripLayer(
    UnplacedNetwork.Layer layer,
    MapUse source,
    Optional<MapUse> skip,
    MapUse target,
    StripRows rows) {
  StripLayer(UnplacedNetwork.Layer layer, MapUse source, Optional<MapUse> skip, MapUse target) {
    this(layer, source, skip, target, StripRows.of(layer.layer(), layer.input()));
  }

  String name() {
    return layer.layer().name();
  }

  /** What it reads. */
  List<MapUse> reads() {
    return Stream.concat(Stream.of(source), skip.stream()).toList();
  }

  /** What it reads and writes. */
  List<MapUse> uses() {
    return Stream.concat(reads().stream(), Stream.of(target)).toList();
  }
}
