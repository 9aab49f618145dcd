package lutmac.sim.harness;

import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import lutmac.sim.verilator.Simulator;

/**
 * Runs a job in a process of its own, so that whatever a design does to the simulator cannot harm
 * this one, and hands on its reports while it runs.
 */
public final class HarnessProcess {
  private HarnessProcess() {}

  /**
   * Runs a job to its end.
   *
   * @param traceFile where the waveform goes; required exactly when the job traces
   * @throws IOException if the program cannot be started or the job's file cannot be written
   * @throws InterruptedException if the thread is interrupted; the process is ended
   */
  public static RunOutcome run(
      Simulator simulator, Job job, Optional<Path> traceFile, RunListener listener)
      throws IOException, InterruptedException {
    if (job.trace().isPresent() != traceFile.isPresent()) {
      throw new IllegalArgumentException("a job that traces needs a file, another one none");
    }
    try (RunFolder folder = RunFolder.in(temporaryFiles(), "lutmac-sim")) {
      Path jobFile = folder.path().resolve("job");
      Path messages = folder.path().resolve("messages");
      job.write(jobFile);
      List<String> command = new ArrayList<>();
      command.add(simulator.executable().toString());
      command.add(jobFile.toString());
      traceFile.ifPresent(file -> command.add(file.toAbsolutePath().toString()));
      command.add("+verilator+seed+" + (1 + Math.floorMod(job.seed(), Integer.MAX_VALUE - 1L)));
      command.addAll(job.plusArguments());
      Process process =
          new ProcessBuilder(command)
              .directory(folder.path().toFile())
              .redirectError(messages.toFile())
              .start();
      // Its input stays open: the simulator ends when it is closed, and a killed process closes it.
      try {
        Optional<RunOutcome> outcome;
        try (InputStream in = new BufferedInputStream(process.getInputStream(), 1 << 18)) {
          outcome = new ResultReader(in, job).readAll(listener);
        }
        int status = process.waitFor();
        if (outcome.isPresent() && status == 0) {
          return outcome.get();
        }
        return RunOutcome.failed(crash(status, messages));
      } finally {
        process.destroyForcibly();
        process.getOutputStream().close();
      }
    }
  }

  private static Path temporaryFiles() {
    return Path.of(System.getProperty("java.io.tmpdir"));
  }

  private static String crash(int status, Path messages) throws IOException {
    String said = Files.readString(messages).strip();
    return "the simulator ended with status %d: %s"
        .formatted(
            status,
            said.isEmpty() ? "no message" : said.lines().reduce((a, b) -> a + " | " + b).get());
  }

  /** Reads the records that {@code harness.cpp} documents. */
  private static final class ResultReader {
    private final InputStream in;
    private final Job job;
    private final ByteBuffer scratch = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);

    ResultReader(InputStream in, Job job) {
      this.in = in;
      this.job = job;
    }

    /** The outcome, or empty if the stream ends before the harness said that it was done. */
    Optional<RunOutcome> readAll(RunListener listener) throws IOException {
      try {
        while (true) {
          int tag = in.read();
          switch (tag) {
            case 'I' -> listener.image(readInt());
            case 'W' -> {
              int layer = Short.toUnsignedInt(read(2).getShort());
              long cycle = Integer.toUnsignedLong(readInt());
              int address = readInt();
              int strobes = read(1).get();
              listener.write(layer, cycle, address, strobes, readBytes(job.wordBytes()));
            }
            case 'R' -> {
              int region = readInt();
              int words = job.readBack().get(region).words();
              listener.readBack(region, readBytes(words * job.wordBytes()));
            }
            case 'E' -> {
              long cycles = readLong();
              long shellCycles = readLong();
              long busCycles = readLong();
              long[] steps = new long[readInt()];
              for (int layer = 0; layer < steps.length; layer++) {
                steps[layer] = readLong();
              }
              listener.done(cycles, shellCycles, busCycles, steps);
            }
            case 'X' -> {
              String why = new String(readBytes(readInt()), StandardCharsets.UTF_8);
              return Optional.of(RunOutcome.failed(why));
            }
            case 'D' -> {
              long cycles = readLong();
              double seconds = Double.longBitsToDouble(readLong());
              HostStalls stalls = new HostStalls(readLong(), readLong());
              return Optional.of(new RunOutcome(cycles, seconds, stalls, Optional.empty()));
            }
            case -1 -> {
              return Optional.empty();
            }
            default -> throw new IOException("the simulator sent an unknown record " + tag);
          }
        }
      } catch (EOFException e) {
        return Optional.empty();
      }
    }

    private int readInt() throws IOException {
      return read(4).getInt();
    }

    private long readLong() throws IOException {
      return read(8).getLong();
    }

    private ByteBuffer read(int count) throws IOException {
      if (in.readNBytes(scratch.array(), 0, count) != count) {
        throw new EOFException();
      }
      return scratch.clear();
    }

    private byte[] readBytes(int count) throws IOException {
      byte[] bytes = in.readNBytes(count);
      if (bytes.length != count) {
        throw new EOFException();
      }
      return bytes;
    }
  }
}
