package lutmac.sim.harness;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * What the harness is to do, and its file format (stated at the head of {@code harness.cpp}).
 *
 * @param wordBytes M, bytes of a feature-map word
 * @param pauses host streams that pause at random
 * @param seed of the pauses and of the random contents that registers and memories start with
 * @param watchdogCycles cycles without any progress after which the run is given up
 * @param cycleLimit cycles after which an image that has come to no end is given up
 * @param plusArguments what the model can ask for, beside the job's file
 * @param runs how many layers each run of the core has; empty for one run
 * @param inputFreeAt the layer from which on the next image is written beside the run, if it is
 * @param memory the memory behind the bus of a design that has one
 * @param setup writes before the first image: program, weights, parameters; none on a bus, where
 *     the memory image has them
 * @param readBack feature-map regions to read after every image
 * @param disturbances beats that the host sends before it writes an image; empty for none at all
 * @param images writes before each image's run
 */
public record Job(
    int wordBytes,
    int pauses,
    long seed,
    long watchdogCycles,
    long cycleLimit,
    List<String> plusArguments,
    Optional<TraceWindow> trace,
    int startAddress,
    List<Integer> runs,
    Optional<Integer> inputFreeAt,
    Optional<BusMemory> memory,
    List<HostWrite> setup,
    List<Region> readBack,
    List<List<StrayBeat>> disturbances,
    List<List<HostWrite>> images) {

  private static final byte[] MAGIC = "LUTMACJ6".getBytes(StandardCharsets.US_ASCII);
  private static final int NO_IMAGE = -1;
  private static final int NEVER = -1;

  public Job {
    plusArguments = List.copyOf(plusArguments);
    runs = List.copyOf(runs);
    setup = List.copyOf(setup);
    readBack = List.copyOf(readBack);
    if (!disturbances.isEmpty() && disturbances.size() != images.size()) {
      throw new IllegalArgumentException("not every image has its disturbance");
    }
    if (pauses < 0 || pauses > 900) {
      throw new IllegalArgumentException("pauses are 0 to 900 of 1000 cycles, got " + pauses);
    }
  }

  /**
   * A beat that the host sends, whatever the shell makes of it.
   *
   * @param pause cycles that the host waits before
   */
  public record StrayBeat(int pause, long beat) {}

  /**
   * The memory of a bus.
   *
   * @param image what the accelerator loads
   */
  public record BusMemory(MemoryModel model, byte[] image) {}

  /** A stretch of feature-map words. */
  public record Region(int address, int words) {}

  /**
   * What to trace, in cycles since the image's run began.
   *
   * @param image position in the job
   */
  public record TraceWindow(int image, long firstCycle, long lastCycle) {}

  /** Writes the job's file. */
  void write(Path file) throws IOException {
    try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file), 1 << 16)) {
      ByteBuffer head = ByteBuffer.allocate(68).order(ByteOrder.LITTLE_ENDIAN);
      head.put(MAGIC).putInt(wordBytes).putInt(pauses).putLong(seed).putLong(watchdogCycles);
      head.putLong(cycleLimit);
      head.putInt(trace.map(TraceWindow::image).orElse(NO_IMAGE));
      head.putLong(trace.map(TraceWindow::firstCycle).orElse(0L));
      head.putLong(trace.map(TraceWindow::lastCycle).orElse(0L));
      head.putInt(startAddress);
      out.write(head.array(), 0, head.position());
      writeInt(out, runs.size());
      for (int layers : runs) {
        writeInt(out, layers);
      }
      writeInt(out, inputFreeAt.orElse(NEVER));
      writeInt(out, memory.map(bus -> bus.model().latency()).orElse(0));
      writeInt(out, memory.map(bus -> bus.model().bursts()).orElse(0));
      byte[] loaded = memory.map(BusMemory::image).orElse(new byte[0]);
      writeInt(out, loaded.length);
      out.write(loaded);
      writeAll(out, setup);
      writeInt(out, readBack.size());
      for (Region region : readBack) {
        writeInt(out, region.address());
        writeInt(out, region.words());
      }
      writeInt(out, images.size());
      for (int image = 0; image < images.size(); image++) {
        disturb(out, disturbances.isEmpty() ? List.of() : disturbances.get(image));
        writeAll(out, images.get(image));
      }
    }
  }

  private static void disturb(OutputStream out, List<StrayBeat> beats) throws IOException {
    writeInt(out, beats.size());
    for (StrayBeat beat : beats) {
      ByteBuffer record = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
      out.write(record.putInt(beat.pause()).putLong(beat.beat()).array());
    }
  }

  private static void writeAll(OutputStream out, List<HostWrite> writes) throws IOException {
    writeInt(out, writes.size());
    for (HostWrite write : writes) {
      ByteBuffer head = ByteBuffer.allocate(16).order(ByteOrder.LITTLE_ENDIAN);
      head.putInt(write.memory().number()).putInt(write.address());
      head.putInt(write.words()).putInt(write.beatsPerWord());
      out.write(head.array());
      out.write(write.beats());
    }
  }

  private static void writeInt(OutputStream out, int value) throws IOException {
    out.write(ByteBuffer.allocate(4).order(ByteOrder.LITTLE_ENDIAN).putInt(value).array());
  }
}
