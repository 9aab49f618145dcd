package lutmac.rtl;

import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import lutmac.network.process.ProgramRun;
import lutmac.network.process.RequiredProgram;
import lutmac.network.process.VerilatedBench;

/** A program of the electronic design automation kind, run with a time limit. */
enum Tool {
  VERILATOR("verilator"),
  ICARUS("iverilog"),
  YOSYS("yosys");

  private static final Duration LIMIT = Duration.ofMinutes(5);

  private final String program;

  Tool(String program) {
    this.program = program;
  }

  String program() {
    return program;
  }

  /** What a run gave: exit status, standard output and error together. */
  record Outcome(int status, String output) {
    Outcome orFail() {
      if (status != 0) {
        fail("exit status " + status + ":\n" + output);
      }
      return this;
    }
  }

  /** Skips the test without the tool; on continuous integration that is a failure. */
  void require() {
    RequiredProgram.require(program);
  }

  /** Runs a command in a folder. */
  static Outcome run(Path folder, List<String> command) throws IOException, InterruptedException {
    return outcome(ProgramRun.of(command, folder, LIMIT), command.get(0));
  }

  /** Builds a testbench with Verilator. */
  static Outcome built(Path folder, String top, List<String> arguments, VerilatedBench.Runs runs)
      throws IOException, InterruptedException {
    return outcome(VerilatedBench.build(folder, top, arguments, runs), VERILATOR.program);
  }

  private static Outcome outcome(ProgramRun run, String program) {
    if (run.status().isEmpty()) {
      fail("still running, stopped: " + program);
    }
    return new Outcome(run.status().getAsInt(), run.output());
  }
}
