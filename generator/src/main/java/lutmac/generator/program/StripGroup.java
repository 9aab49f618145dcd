package lutmac.generator.program;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import lutmac.generator.program.StripRows.Rows;

/**
 * A layer that is cut into strips of rows, or several that are computed strip by strip together: of
 * what one hands on to the next there are only the rows that a strip of the last layer needs, and
 * those that two strips need are made twice.
 *
 * @param index its place in the order of execution
 * @param layers in the order of execution; all but the last write what only the others read
 */
record StripGroup(int index, List<StripLayer> layers) {
  /** The time of all strips but the last one, as regions count it. */
  static int body(int group) {
    return 2 * group;
  }

  /** The time of the last strip, in which the next group's first one is loaded. */
  static int lastStrip(int group) {
    return 2 * group + 1;
  }

  StripLayer last() {
    return layers.get(layers.size() - 1);
  }

  String name() {
    return last().name();
  }

  /** Rows of what it writes. */
  int height() {
    return last().rows().height();
  }

  /** Rows of what it writes that cannot be made apart. */
  int unit() {
    int unit = last().rows().unit();
    MapStore written = last().target().store();
    int least = written.inMemory() ? written.rowUnit() : 1;
    return unit % least == 0 ? unit : least * unit;
  }

  /** Whether nothing that it reads or writes is in strips. */
  boolean onChip() {
    return layers.stream()
        .flatMap(layer -> layer.uses().stream())
        .allMatch(use -> use.store().onChip());
  }

  /** What it reads that it does not make. */
  Set<MapUse> reads() {
    Set<MapUse> reads = new LinkedHashSet<>();
    layers.forEach(
        layer -> layer.reads().stream().filter(use -> !use.store().inStrips()).forEach(reads::add));
    return reads;
  }

  /** What has a place in the buffer for each strip and is loaded or stored. */
  Set<MapUse> moved() {
    Set<MapUse> moved = new LinkedHashSet<>(reads());
    moved.add(last().target());
    moved.removeIf(use -> use.store().onChip());
    return moved;
  }

  /** What one layer hands on to the next. */
  Set<MapUse> handedOn() {
    Set<MapUse> handedOn = new LinkedHashSet<>();
    layers.subList(0, layers.size() - 1).stream()
        .map(layer -> bufferOf(layer.target()))
        .forEach(handedOn::add);
    return handedOn;
  }

  /** What has the place in the buffer that the rows of a use lie in. */
  MapUse bufferOf(MapUse use) {
    return use.store().inStrips() ? MapUse.whole(use.store()) : use;
  }

  /**
   * The rows of a strip.
   *
   * @param made by each layer
   * @param stored of what is not in the buffer whole
   */
  record StripOfRows(List<Rows> made, Map<MapUse, Rows> stored) {}

  /** What some rows of the last layer ask for. */
  StripOfRows strip(int first, int count) {
    Map<MapUse, Rows> stored = new HashMap<>();
    List<Rows> made = new ArrayList<>();
    for (int index = layers.size() - 1; index >= 0; index--) {
      StripLayer layer = layers.get(index);
      Rows rows =
          index == layers.size() - 1
              ? new Rows(first, Math.min(first + count, height()))
              : stored.get(bufferOf(layer.target()));
      Rows whole = rows.inUnits(layer.rows().unit(), layer.rows().height());
      made.add(0, whole);
      add(stored, layer.target(), whole);
      add(stored, layer.source(), layer.rows().inputOf(whole.from(), whole.count()));
      layer.skip().ifPresent(use -> add(stored, use, whole));
    }
    return new StripOfRows(made, stored);
  }

  private void add(Map<MapUse, Rows> stored, MapUse use, Rows rows) {
    MapStore store = use.store();
    if (!store.onChip()) {
      int unit = store.inMemory() ? store.rowUnit() : 1;
      Rows aligned = new Rows(rows.from() / unit * unit, rows.until());
      stored.merge(bufferOf(use), aligned, Rows::and);
    }
  }

  /** Most words that the rows of every part in strips take, for any strip of so many rows. */
  Map<MapUse, Long> words(int rows) {
    Map<MapUse, Long> most = new HashMap<>();
    for (int first = 0; first < height(); first += rows) {
      strip(first, rows)
          .stored()
          .forEach(
              (use, some) ->
                  most.merge(
                      use, (long) use.blocks() * some.count() * use.store().rowWords(), Math::max));
    }
    return most;
  }

  /**
   * Words of the buffer that strips take.
   *
   * @param rows of a strip
   * @param copies of what is loaded and stored
   */
  long words(int rows, int copies) {
    Map<MapUse, Long> words = words(rows);
    return Stream.concat(
            handedOn().stream().map(words::get),
            moved().stream().map(use -> copies * words.get(use)))
        .mapToLong(Long::longValue)
        .sum();
  }
}
