package lutmac.network.process;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;

/**
 * Builds a testbench in C++ with Verilator, in the least time: the compiler optimizes little, since
 * building takes longer than running, and Verilator's own library, half of a small testbench's
 * build, is compiled once for all testbenches of a test run.
 */
public final class VerilatedBench {
  /** Where in the folder Verilator writes, and the testbench's program is. */
  public static final String OBJECTS = "obj";

  private static final Duration LIMIT = Duration.ofMinutes(5);

  /** Object files of Verilator's library by name; empty until the first testbench is built. */
  private static final AtomicReference<Map<String, byte[]>> LIBRARY =
      new AtomicReference<>(Map.of());

  /** For how long a testbench runs: what is not optimized is ready in half the time. */
  public enum Runs {
    /** A moment. */
    SHORT("-O0"),
    /** Longer than the compiler takes to optimize a little. */
    LONG("-O1");

    private final String optimization;

    Runs(String optimization) {
      this.optimization = optimization;
    }
  }

  private VerilatedBench() {}

  /** Builds a testbench that runs for longer than a moment. */
  public static ProgramRun build(Path folder, String top, List<String> arguments)
      throws IOException, InterruptedException {
    return build(folder, top, arguments, Runs.LONG);
  }

  /**
   * Builds a testbench into {@code obj} of its folder.
   *
   * @param arguments Verilator's: warnings, defines, sources and the testbench, which includes
   *     {@code V<top>.h}
   * @return how Verilator ended, or make where that failed
   */
  public static ProgramRun build(Path folder, String top, List<String> arguments, Runs runs)
      throws IOException, InterruptedException {
    List<String> verilate = new ArrayList<>();
    verilate.addAll(List.of("verilator", "--cc", "--exe", "-O3", "--Mdir", OBJECTS));
    verilate.addAll(List.of("--top-module", top, "-CFLAGS", "-std=c++17"));
    verilate.addAll(arguments);
    ProgramRun verilated = ProgramRun.of(verilate, folder, LIMIT);
    if (!verilated.succeeded()) {
      return verilated;
    }
    Map<String, byte[]> library = LIBRARY.get();
    Path objects = folder.resolve(OBJECTS);
    for (Map.Entry<String, byte[]> object : library.entrySet()) {
      Files.write(objects.resolve(object.getKey()), object.getValue());
    }
    List<String> make = new ArrayList<>(List.of("make", "-C", OBJECTS, "-f", "V" + top + ".mk"));
    make.addAll(List.of("OPT_FAST=" + runs.optimization, "OPT_SLOW=-O0", "OPT_GLOBAL=-O1"));
    if (SearchPath.ofEnvironment().find("clang++").isPresent()) {
      make.addAll(List.of("CXX=clang++", "LINK=clang++"));
    }
    ProgramRun made = ProgramRun.of(make, folder, LIMIT);
    if (made.succeeded() && library.isEmpty()) {
      LIBRARY.set(objectsOfLibrary(objects));
    }
    return made.succeeded() ? verilated : made;
  }

  private static Map<String, byte[]> objectsOfLibrary(Path objects) throws IOException {
    Map<String, byte[]> library = new HashMap<>();
    try (DirectoryStream<Path> files = Files.newDirectoryStream(objects, "verilated*.o")) {
      for (Path file : files) {
        library.put(file.getFileName().toString(), Files.readAllBytes(file));
      }
    }
    return Map.copyOf(library);
  }
}
