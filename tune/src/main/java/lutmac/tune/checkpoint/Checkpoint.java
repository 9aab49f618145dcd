package lutmac.tune.checkpoint;

import java.io.BufferedInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import lutmac.network.BadInputException;
import lutmac.network.file.InputFile;
import lutmac.network.file.Sha256;
import lutmac.network.file.WholeFile;
import lutmac.tune.parameter.TrainableParameter;
import lutmac.tune.task.EpochReport;

/**
 * The file from which training goes on where it stopped: what run it belongs to, reports of the
 * epochs done, every parameter with its moments, the best values so far; a checksum at the end.
 */
public final class Checkpoint {
  private static final int MAGIC = 0x4C55544D;
  private static final int CHECKSUM_BYTES = 32;
  private static final int BUFFER_BYTES = 1 << 16;

  private final Path file;
  private final byte[] run;

  /**
   * @param run fingerprint of everything that training depends on
   */
  public Checkpoint(Path file, byte[] run) {
    this.file = file;
    this.run = run.clone();
  }

  /**
   * What an earlier run left, parameters apart.
   *
   * @param reports of the epochs done, the measurement before the first included
   * @param updates of the parameters done
   */
  public record CompletedEpochs(List<EpochReport> reports, int updates) {
    public CompletedEpochs {
      reports = List.copyOf(reports);
    }
  }

  /**
   * Replaces the file, if there is one.
   *
   * @param best values of the parameters in the epoch that measured best
   * @throws BadInputException if it cannot be written
   */
  public void write(CompletedEpochs done, List<TrainableParameter> parameters, List<float[]> best) {
    try {
      WholeFile.write(
          plain -> {
            MessageDigest digest = Sha256.digest();
            DataOutputStream out = new DataOutputStream(new DigestOutputStream(plain, digest));
            write(done, parameters, best, out);
            out.flush();
            plain.write(digest.digest());
          },
          file);
    } catch (IOException e) {
      throw new BadInputException(
          "%s: the checkpoint cannot be written: %s".formatted(file, e.getMessage()), e);
    }
  }

  private void write(
      CompletedEpochs done,
      List<TrainableParameter> parameters,
      List<float[]> best,
      DataOutputStream out)
      throws IOException {
    out.writeInt(MAGIC);
    out.write(run);
    out.writeInt(done.updates());
    out.writeInt(done.reports().size());
    for (EpochReport report : done.reports()) {
      out.writeInt(report.epoch());
      out.writeInt(report.images());
      out.writeDouble(report.loss());
      out.writeDouble(report.agreeing().orElse(Double.NaN));
      out.writeInt(report.correct().orElse(-1));
    }
    for (float[] numbers : numbers(parameters, best)) {
      ByteBuffer buffer = ByteBuffer.allocate(Math.multiplyExact(numbers.length, Float.BYTES));
      buffer.asFloatBuffer().put(numbers);
      out.write(buffer.array());
    }
  }

  private static List<float[]> numbers(List<TrainableParameter> parameters, List<float[]> best) {
    List<float[]> all = new ArrayList<>();
    parameters.forEach(parameter -> all.addAll(parameter.state()));
    all.addAll(best);
    return all;
  }

  /**
   * Loads the parameters of an earlier run; empty if there is no file.
   *
   * @param best receives the values that measured best
   * @throws BadInputException if the file is damaged or belongs to another run
   */
  public Optional<CompletedEpochs> read(List<TrainableParameter> parameters, List<float[]> best) {
    if (!Files.exists(file)) {
      return Optional.empty();
    }
    try {
      if (!whole()) {
        throw new BadInputException(
            file + ": no checkpoint, or a damaged one; delete it or name another file");
      }
      try (DataInputStream in =
          new DataInputStream(new BufferedInputStream(InputFile.stream(file), BUFFER_BYTES))) {
        if (in.readInt() != MAGIC || !Arrays.equals(in.readNBytes(run.length), run)) {
          throw new BadInputException(
              file
                  + ": the checkpoint of a training with other networks, images or options; delete"
                  + " it or name another file");
        }
        CompletedEpochs done = readCompleted(in);
        for (float[] numbers : numbers(parameters, best)) {
          byte[] part = in.readNBytes(Math.multiplyExact(numbers.length, Float.BYTES));
          ByteBuffer.wrap(part).asFloatBuffer().get(numbers);
        }
        return Optional.of(done);
      }
    } catch (IOException e) {
      throw new BadInputException(
          "%s: the checkpoint cannot be read: %s".formatted(file, e.getMessage()), e);
    }
  }

  private static CompletedEpochs readCompleted(DataInputStream in) throws IOException {
    int updates = in.readInt();
    int count = in.readInt();
    List<EpochReport> reports = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      int epoch = in.readInt();
      int images = in.readInt();
      double loss = in.readDouble();
      double agreeing = in.readDouble();
      int correct = in.readInt();
      reports.add(
          new EpochReport(
              epoch,
              images,
              loss,
              Double.isNaN(agreeing) ? Optional.empty() : Optional.of(agreeing),
              correct < 0 ? Optional.empty() : Optional.of(correct)));
    }
    return new CompletedEpochs(reports, updates);
  }

  /** Whether the file ends with the checksum of all that comes before. */
  private boolean whole() throws IOException {
    InputFile.require(file);
    long rest = Files.size(file) - CHECKSUM_BYTES;
    if (rest <= 0) {
      return false;
    }
    MessageDigest digest = Sha256.digest();
    try (InputStream in = InputFile.stream(file)) {
      while (rest > 0) {
        byte[] part = in.readNBytes((int) Math.min(BUFFER_BYTES, rest));
        digest.update(part);
        rest -= part.length;
      }
      return Arrays.equals(digest.digest(), in.readAllBytes());
    }
  }
}
