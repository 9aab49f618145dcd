package lutmac.network.text;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Names of a table's rows, where one thing may have several rows. */
public final class Parts {
  private Parts() {}

  /** The names in their order, those that are there more than once as {@code "conv1 (1 of 2)"}. */
  public static List<String> numbered(List<String> names) {
    Map<String, Integer> all = new HashMap<>();
    names.forEach(name -> all.merge(name, 1, Integer::sum));
    Map<String, Integer> seen = new HashMap<>();
    List<String> numbered = new ArrayList<>();
    for (String name : names) {
      int of = all.get(name);
      int part = seen.merge(name, 1, Integer::sum);
      numbered.add(of == 1 ? name : "%s (%d of %d)".formatted(name, part, of));
    }
    return List.copyOf(numbered);
  }
}
