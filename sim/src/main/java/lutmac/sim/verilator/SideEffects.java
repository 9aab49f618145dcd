package lutmac.sim.verilator;

import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lutmac.network.BadInputException;

/**
 * Verilog can do more than describe hardware: start programs, read and write files, call and
 * contain C++. A simulator of a design runs all that with the rights of its user. Only what cannot
 * is let through; comments count, too, so that no two programs have to agree on where they end.
 */
public final class SideEffects {
  /** System tasks and functions that compute, or say something and end the simulation. */
  private static final Set<String> TASKS =
      Set.of(
          "assertoff",
          "asserton",
          "bits",
          "ceil",
          "changed",
          "clog2",
          "countbits",
          "countones",
          "display",
          "error",
          "fatal",
          "fell",
          "finish",
          "floor",
          "high",
          "increment",
          "info",
          "initstate",
          "isunknown",
          "left",
          "ln",
          "log10",
          "low",
          "monitor",
          "onehot",
          "onehot0",
          "past",
          "pow",
          "random",
          "realtime",
          "right",
          "rose",
          "rtoi",
          "itor",
          "sformatf",
          "signed",
          "size",
          "sqrt",
          "stable",
          "stop",
          "strobe",
          "time",
          "unsigned",
          "urandom",
          "urandom_range",
          "warning",
          "write");

  private static final Pattern TASK = Pattern.compile("\\$\\s*([A-Za-z_][\\w$]*)?");

  /** What brings in other files, C++, or names that are put together of parts. */
  private static final Pattern OTHER =
      Pattern.compile(
          "`\\s*(include|systemc_\\w+|verilator_config|pragma|line)\\b|``"
              + "|\\bDPI(-C)?\\b|\\b(import|export)\\s*\"");

  private SideEffects() {}

  /**
   * Refuses a design that could do something else than compute.
   *
   * @throws BadInputException naming file, line and word
   */
  public static void refuse(RtlSources sources) {
    for (Map.Entry<String, String> file : sources.files().entrySet()) {
      Matcher task = TASK.matcher(file.getValue());
      while (task.find()) {
        if (task.group(1) != null && !TASKS.contains(task.group(1))) {
          throw refused(file, task.start(), task.group());
        }
      }
      Matcher other = OTHER.matcher(file.getValue());
      if (other.find()) {
        throw refused(file, other.start(), other.group());
      }
    }
  }

  private static BadInputException refused(
      Map.Entry<String, String> file, int position, String word) {
    long line = file.getValue().substring(0, position).lines().count();
    return new BadInputException(
        "rtl/%s:%d: '%s' can do more than simulate hardware (read or write files, run programs); read it, and if you trust the design say --trust"
            .formatted(file.getKey(), Math.max(1, line), word.strip().replaceAll("\\s+", " ")));
  }
}
