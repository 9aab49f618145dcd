package lutmac.testbench.fuzz;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/**
 * One kind of file and who reads it.
 *
 * @param name for people
 * @param corpus whole files
 * @param damage makes a damaged file of a whole one and another one
 * @param place where the file stands in a folder of its own, whatever else lies there
 * @param reader reads a file as the commands do
 * @param setup writes what lies beside it
 */
record FuzzTarget(
    String name, List<byte[]> corpus, Damage damage, String place, Reader reader, Setup setup) {
  @Override
  public String toString() {
    return name;
  }

  /** Makes a damaged file. */
  @FunctionalInterface
  interface Damage {
    byte[] of(byte[] whole, byte[] other, Random random);
  }

  /** Reads a file; any exception but {@code BadInputException} is a fault. */
  @FunctionalInterface
  interface Reader {
    void read(Path file) throws IOException;
  }

  /** Writes what else must lie in the folder. */
  @FunctionalInterface
  interface Setup {
    void write(Path folder) throws IOException;
  }
}
