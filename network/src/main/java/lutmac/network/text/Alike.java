package lutmac.network.text;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * Names that are spelled much like one that there is not: for "did you mean". As many letters may
 * be left out, too many, other ones or swapped with their neighbour as a third of the name has; or
 * a name is only begun, or goes on for less than its own length.
 */
public final class Alike {
  private static final int MOST = 3;
  private static final int LEAST_BEGINNING = 3;

  private Alike() {}

  /**
   * What to put behind a message that refuses a name: {@code "; did you mean net.onnx?"}, or
   * nothing if no known name is like it.
   */
  public static String hint(String name, Collection<String> known) {
    List<String> alike = to(name, known);
    return alike.isEmpty() ? "" : "; did you mean %s?".formatted(String.join(" or ", alike));
  }

  /** The known names that are closest to a name, at most three, in the order of letters. */
  static List<String> to(String name, Collection<String> known) {
    String wanted = name.toLowerCase(Locale.ROOT);
    int most = Math.max(1, wanted.length() / 3);
    List<Candidate> candidates =
        known.stream()
            .distinct()
            .map(each -> new Candidate(each, apart(wanted, each.toLowerCase(Locale.ROOT), most)))
            .filter(each -> each.distance() <= most && each.distance() < wanted.length())
            .collect(Collectors.toList());
    int least = candidates.stream().mapToInt(Candidate::distance).min().orElse(0);
    return candidates.stream()
        .filter(each -> each.distance() == least)
        .map(Candidate::name)
        .sorted(Comparator.naturalOrder())
        .limit(MOST)
        .toList();
  }

  /** A word that is not finished is as far apart as may be, and so is one that goes on. */
  private static int apart(String wanted, String known, int most) {
    boolean begun = wanted.length() >= LEAST_BEGINNING && known.startsWith(wanted);
    boolean longer = wanted.startsWith(known) && wanted.length() < 2 * known.length();
    return Math.min(distance(wanted, known, most), begun || longer ? most : Integer.MAX_VALUE);
  }

  private record Candidate(String name, int distance) {}

  /**
   * The optimal string alignment distance: Boytsov, "Indexing methods for approximate dictionary
   * searching", 2011, section 2.2.
   *
   * @param most anything above this is as good as any
   */
  private static int distance(String one, String other, int most) {
    if (Math.abs(one.length() - other.length()) > most) {
      return most + 1;
    }
    int[] beforeLast = new int[other.length() + 1];
    int[] last = new int[other.length() + 1];
    for (int j = 0; j <= other.length(); j++) {
      last[j] = j;
    }
    for (int i = 1; i <= one.length(); i++) {
      int[] row = new int[other.length() + 1];
      row[0] = i;
      for (int j = 1; j <= other.length(); j++) {
        int changed = one.charAt(i - 1) == other.charAt(j - 1) ? 0 : 1;
        row[j] = Math.min(Math.min(last[j], row[j - 1]) + 1, last[j - 1] + changed);
        if (i > 1
            && j > 1
            && one.charAt(i - 1) == other.charAt(j - 2)
            && one.charAt(i - 2) == other.charAt(j - 1)) {
          row[j] = Math.min(row[j], beforeLast[j - 2] + 1);
        }
      }
      beforeLast = last;
      last = row;
    }
    return last[other.length()];
  }
}
