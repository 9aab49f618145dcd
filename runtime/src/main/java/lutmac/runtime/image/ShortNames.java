package lutmac.runtime.image;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What files are called for people: their names, and of those that share one as many folders before
 * it as tell them apart.
 */
final class ShortNames {
  private ShortNames() {}

  /**
   * One name a file.
   *
   * @param paths parts are separated by slashes, or, in archives, by exclamation marks
   */
  static List<String> of(List<String> paths) {
    Map<String, String> names = new HashMap<>();
    Set<String> unnamed = new HashSet<>(paths);
    for (int parts = 1; !unnamed.isEmpty(); parts++) {
      Map<String, Integer> ends = new HashMap<>();
      for (String path : unnamed) {
        ends.merge(last(path, parts), 1, Integer::sum);
      }
      for (String path : List.copyOf(unnamed)) {
        String end = last(path, parts);
        // A whole path is what tells it from those that it is the end of.
        if (ends.get(end) == 1 || end.equals(path)) {
          names.put(path, end);
          unnamed.remove(path);
        }
      }
    }
    return paths.stream().map(names::get).toList();
  }

  /** The last parts of a path. */
  private static String last(String path, int parts) {
    int start = path.length();
    for (int left = parts; left > 0 && start > 0; left--) {
      start--;
      while (start > 0 && path.charAt(start - 1) != '/' && path.charAt(start - 1) != '!') {
        start--;
      }
    }
    return path.substring(start);
  }
}
