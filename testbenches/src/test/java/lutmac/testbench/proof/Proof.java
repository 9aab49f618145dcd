package lutmac.testbench.proof;

import java.util.List;
import java.util.Map;

/**
 * A statement about a module of the datapath for all inputs, and how it is shown. The resource
 * {@code SOURCE.sv} holds the module {@code proof}, which drives the proven one with anything that
 * its contract allows, and modules {@code in_MODULE}, whose text goes into a copy of that module
 * where it must look inside. The module's own assertions are proven with it.
 *
 * @param source name of the resource
 * @param module what is proven, for people
 * @param property what of it, for people
 * @param templates templates of the module and of those that it instantiates; of the shell the
 *     modules' names in a design
 * @param variables the templates' variables
 * @param parameters parameters of the module {@code proof}
 * @param assumed assertions of the module, {@code MODULE.PROMISE}, that its environment keeps
 * @param memories whether reads of memories give what was written; else anything, which is more
 * @param smaller changes that make the module small enough, without taking from the statement
 * @param method how it is shown
 * @param quick whether it takes a second or two, and so is one of every test run
 * @param breakages changes to the module, each of which the proof must notice
 */
record Proof(
    String source,
    String module,
    String property,
    List<String> templates,
    Map<String, Integer> variables,
    Map<String, Integer> parameters,
    List<String> assumed,
    boolean memories,
    List<Breakage> smaller,
    Method method,
    boolean quick,
    List<Breakage> breakages) {

  /** A way to show that assertions hold for all inputs. */
  sealed interface Method {
    /** Cycles that are looked through for a counterexample from the reset on. */
    int cycles();

    /** The options of yosys' {@code sat}. */
    String options();

    /** For people. */
    String text();
  }

  /**
   * In every cycle, however late: no counterexample in the first cycles, and none that follows so
   * many cycles without one, whatever state they start from.
   *
   * @param steps cycles of the induction's hypothesis, at most
   * @param cycles for a broken copy
   */
  record Induction(int steps, int cycles) implements Method {
    @Override
    public String options() {
      return "-tempinduct -maxsteps " + steps;
    }

    @Override
    public String text() {
      return "always";
    }
  }

  /** In so many cycles after reset, with any contents of tables and memories. */
  record Bounded(int cycles) implements Method {
    @Override
    public String options() {
      return "-tempinduct -tempinduct-baseonly -maxsteps " + cycles;
    }

    @Override
    public String text() {
      return cycles + " cycles";
    }
  }

  /**
   * A change to a module's text that its proof must notice.
   *
   * @param template the module's; {@code proof} for the resource, where that states what it proves
   */
  record Breakage(String template, String text, String broken) {}

  /** The statement in a line. */
  String title() {
    return module + ": " + property;
  }

  /** This proof as one that takes long. */
  Proof slow() {
    return with(memories, smaller, false);
  }

  /** This proof whatever is read from memories. */
  Proof withAnyMemory() {
    return with(false, smaller, quick);
  }

  /** This proof of a smaller module. */
  Proof smaller(Breakage... changes) {
    return with(memories, List.of(changes), quick);
  }

  private Proof with(boolean memories, List<Breakage> smaller, boolean quick) {
    return new Proof(
        source,
        module,
        property,
        templates,
        variables,
        parameters,
        assumed,
        memories,
        smaller,
        method,
        quick,
        breakages);
  }

  @Override
  public String toString() {
    return title();
  }
}
