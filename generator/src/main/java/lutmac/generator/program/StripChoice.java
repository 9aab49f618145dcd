package lutmac.generator.program;

import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/**
 * How a network that does not fit the buffers is cut: what is faster depends on the network.
 *
 * @param percent of the room beside the maps that strips take at most
 * @param ahead whether a group's first strip has a place of its own while the group before makes
 *     its last one, so that it is loaded meanwhile
 * @param joined indices of the layers that are computed strip by strip together with the next one
 */
record StripChoice(int percent, boolean ahead, Set<Integer> joined) {
  /** Those of layers for themselves. */
  static final List<StripChoice> APART =
      List.of(
          new StripChoice(100, false, Set.of()),
          new StripChoice(75, false, Set.of()),
          new StripChoice(100, true, Set.of()));

  StripChoice {
    joined = Set.copyOf(joined);
  }

  StripChoice joining(Set<Integer> more) {
    Set<Integer> all = new TreeSet<>(joined);
    all.addAll(more);
    return new StripChoice(percent, ahead, all);
  }
}
