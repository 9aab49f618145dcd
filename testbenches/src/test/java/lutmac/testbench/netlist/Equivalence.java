package lutmac.testbench.netlist;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import lutmac.network.process.ProgramRun;
import lutmac.sim.verilator.RtlSources;

/**
 * Whether changes of a design are none: by induction over the cycles. Whatever state the design is
 * in, as long as its assertions hold, and whatever comes in: what it gives, what its registers and
 * small memories hold next, and what it asks of block memories and of a core that is a cell are the
 * same with the change and without it. What holds an assertion is every simulation and the proofs,
 * not this.
 */
record Equivalence(Path folder, Set<Integer> numbers) {
  /** What is known of a change. */
  enum Answer {
    /** It makes no difference, for all inputs. */
    NONE,
    /** It makes a difference to a register or an output, in a state that may not be reached. */
    SOME,
    /** The change is not in this netlist, or the solver takes too long. */
    UNKNOWN
  }

  private static final Duration LIMIT = Duration.ofMinutes(3);
  private static final Duration PREPARING = Duration.ofMinutes(20);

  /** A register's bit becomes an output for what it holds next, and an input for what it holds. */
  private static final String REGISTER =
      """
      (* techmap_celltype = "$_DFF_P_ $_DFF_N_" *)
      module cut_register (C, D, Q);
        input C, D;
        output Q;
        register _TECHMAP_REPLACE_ (.d(D), .q(Q));
      endmodule
      """;

  private static final String HOLE =
      """
      module register (input d, output q);
      endmodule
      """;

  /** What two copies have in common is there once. */
  private static final String SIMPLIFY = "opt_expr; opt_merge; opt_clean";

  private static final List<String> MITER =
      List.of(
          "memory_collect; memory_map t:$mem_v2 t:$mem_v2 a:ram_style=block %%i %%d",
          "async2sync; dffunmap; opt_expr; opt_clean",
          "chformal -assert2assume",
          // Of a word that is chosen or kept as a whole, too, some bits may be there for assertions
          // alone.
          "simplemap t:$dff t:$mux t:$and t:$or t:$not; splitnets",
          "select -set live %1$s/o:* %1$s/t:$mem_v2 %1$s/t:lutmac_core %%u %%u %%ci*",
          "techmap -map cut.v t:$_DFF_P_ t:$_DFF_N_ %%u",
          "read_verilog hole.v",
          // What only assertions read may differ.
          "rename -enumerate -pattern shadow_%% %1$s/t:register @live %%d",
          "rename -enumerate -pattern register_%% %1$s/t:register %1$s/c:shadow_* %%d",
          "expose -evert %1$s/t:register %1$s/t:$mem_v2 %1$s/t:lutmac_core %%u %%u",
          "delete -port %1$s/w:shadow_*.d",
          "opt_clean",
          "copy %1$s changed",
          "delete -port %1$s/%2$s",
          "cd %1$s; connect -set %2$s 16'd0; cd ..",
          SIMPLIFY,
          "expose -input %1$s/w:%2$s",
          "chformal -assume -remove changed",
          "miter -equiv -flatten %1$s changed miter",
          "hierarchy -top miter",
          SIMPLIFY,
          SIMPLIFY,
          "write_ilang miter.il");

  /**
   * Prepares the question for some changes of a design.
   *
   * @param part what does the same; then the design does
   */
  static Equivalence of(RtlSources design, List<Mutant> mutants, Netlist.Part part, Path folder)
      throws IOException, InterruptedException {
    Netlist.Changes changes = Netlist.changes(design, mutants, part);
    if (changes.numbers().isEmpty()) {
      return new Equivalence(folder, changes.numbers());
    }
    Netlist.write(design, folder);
    Files.writeString(folder.resolve("cut.v"), REGISTER);
    Files.writeString(folder.resolve("hole.v"), HOLE);
    List<String> script = new ArrayList<>(changes.script());
    for (String command : MITER) {
      script.add(command.formatted(part.top(design), Netlist.SELECT));
    }
    Files.write(folder.resolve("miter.ys"), script);
    ProgramRun run = ProgramRun.of(List.of("yosys", "-q", "miter.ys"), folder, PREPARING);
    if (!run.succeeded()) {
      throw new IllegalStateException("yosys fails: " + run.output());
    }
    // Assertions that nothing keeps would prove everything.
    String state = "read_ilang miter.il; sat -set-assumes miter";
    ProgramRun solved = ProgramRun.of(List.of("yosys", "-p", state), folder, PREPARING);
    if (!solved.output().contains("SAT solving finished - model found")) {
      throw new IllegalStateException("no state keeps the assertions: " + solved.output());
    }
    return new Equivalence(folder, changes.numbers());
  }

  /** What a change makes. */
  Answer ask(int number) throws IOException, InterruptedException {
    if (!numbers.contains(number)) {
      return Answer.UNKNOWN;
    }
    String script =
        "read_ilang miter.il; delete -port miter/in_%1$s; cd miter; connect -set in_%1$s 16'd%2$d; cd ..; %3$s; %3$s; sat -prove trigger 0 -set-assumes -timeout %4$d miter"
            .formatted(Netlist.SELECT, number, SIMPLIFY, LIMIT.toSeconds());
    ProgramRun run = ProgramRun.of(List.of("yosys", "-p", script), folder, LIMIT.plusMinutes(1));
    String log = run.output();
    return log.contains("no model found: SUCCESS!")
        ? Answer.NONE
        : log.contains("model found: FAIL!") ? Answer.SOME : Answer.UNKNOWN;
  }
}
