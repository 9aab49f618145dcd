package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lutmac.examples.digits.DigitsExample;

/**
 * A folder with the embedded example in it, good in every respect, for tests that spoil one thing.
 *
 * @param directory holds everything else
 */
record Workspace(Path directory) {
  /** The design's files by name, which are the same in every folder; empty until one is made. */
  private static final AtomicReference<Map<String, byte[]>> DESIGN =
      new AtomicReference<>(Map.of());

  static final int CALIBRATION_IMAGES = 40;
  static final int TEST_IMAGES = 20;

  /** Writes network and images. */
  static Workspace in(Path directory) {
    Workspace workspace = new Workspace(directory);
    try {
      Files.write(workspace.model(), DigitsExample.network());
      DigitsExample.calibration(CALIBRATION_IMAGES)
          .write(workspace.calibration(), directory.resolve("calibration_labels.npy"));
      DigitsExample.test(TEST_IMAGES).write(workspace.images(), workspace.labels());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return workspace;
  }

  /** Writes network and images, and the network quantized. */
  static Workspace quantizedIn(Path directory) {
    Workspace workspace = in(directory);
    Invocation.of(workspace.quantize()).succeeded();
    return workspace;
  }

  /** Writes network and images, the network quantized, and a design of it. */
  static Workspace generatedIn(Path directory) {
    Workspace workspace = quantizedIn(directory);
    try {
      Map<String, byte[]> made = DESIGN.get();
      if (made.isEmpty()) {
        Invocation.of(workspace.generate()).succeeded();
        DESIGN.set(filesIn(workspace.design()));
      }
      for (Map.Entry<String, byte[]> file : made.entrySet()) {
        Path path = workspace.design().resolve(file.getKey());
        Files.createDirectories(path.getParent());
        Files.write(path, file.getValue());
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return workspace;
  }

  private static Map<String, byte[]> filesIn(Path directory) throws IOException {
    Map<String, byte[]> files = new HashMap<>();
    try (Stream<Path> paths = Files.walk(directory)) {
      for (Path path : paths.filter(Files::isRegularFile).toList()) {
        files.put(directory.relativize(path).toString(), Files.readAllBytes(path));
      }
    }
    return Map.copyOf(files);
  }

  Path file(String name) {
    return directory.resolve(name);
  }

  Path model() {
    return file("digits.onnx");
  }

  Path calibration() {
    return file("calibration.npy");
  }

  Path images() {
    return file("images.npy");
  }

  Path labels() {
    return file("labels.npy");
  }

  Path quantized() {
    return file("digits.lut.onnx");
  }

  Path design() {
    return file("design");
  }

  String[] quantize() {
    return quantize(model(), calibration(), quantized());
  }

  String[] quantize(Path network, Path calibrationImages, Path output, String... more) {
    return command(
        more,
        "quantize",
        network,
        "--calib",
        calibrationImages,
        "--mean",
        DigitsExample.MEAN,
        "--std",
        DigitsExample.STD,
        "-o",
        output);
  }

  String[] evaluate(Path network, Path data, Path classes, String... more) {
    return command(more, "evaluate", network, "--data", data, "--labels", classes);
  }

  /** An array as small as can be, which Verilator builds in seconds. */
  String[] generate() {
    return generate(quantized(), design(), "--array", "2x2");
  }

  String[] generate(Path network, Path output, String... more) {
    return command(more, "generate", network, "-o", output);
  }

  String[] simulate(Path designDirectory, Path data, String... more) {
    return command(more, "simulate", designDirectory, "--data", data);
  }

  private static String[] command(String[] more, Object... arguments) {
    return Invocation.with(
        Arrays.stream(arguments).map(String::valueOf).toArray(String[]::new), more);
  }

  /**
   * Runs a command that must be refused, for people and for machines, and checks besides what
   * {@link Invocation#refusal} does that the whole folder stays as it was.
   *
   * @param parts what the message must contain
   */
  String refuses(String[] arguments, String... parts) {
    SortedMap<String, String> before = contents();
    String line = Invocation.of(arguments).refusal(parts);
    assertEquals(before, contents(), "files in the folder");
    Invocation.of(Invocation.with(arguments, "--json")).refusalForMachines(parts);
    assertEquals(before, contents(), "files in the folder");
    return line;
  }

  /** Digest of every file, hidden ones too, by path; directories are there by name. */
  SortedMap<String, String> contents() {
    try (Stream<Path> tree = Files.walk(directory)) {
      return tree.collect(
          Collectors.toMap(
              path -> directory.relativize(path).toString(),
              Workspace::digest,
              (a, b) -> a,
              TreeMap::new));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String digest(Path path) {
    try {
      return Files.isDirectory(path)
          ? "directory"
          : Integer.toHexString(Arrays.hashCode(Files.readAllBytes(path)));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Writes a NumPy file, format version 1.0. */
  Path npy(String name, String type, byte[] values, int... shape) {
    String extents = Arrays.stream(shape).mapToObj(n -> n + ",").collect(Collectors.joining());
    String header =
        "{'descr': '%s', 'fortran_order': False, 'shape': (%s), }\n".formatted(type, extents);
    byte[] text = header.getBytes(StandardCharsets.US_ASCII);
    byte[] start = {
      (byte) 0x93, 'N', 'U', 'M', 'P', 'Y', 1, 0, (byte) text.length, (byte) (text.length >> 8)
    };
    byte[] file = Arrays.copyOf(start, start.length + text.length + values.length);
    System.arraycopy(text, 0, file, start.length, text.length);
    System.arraycopy(values, 0, file, start.length + text.length, values.length);
    return write(name, file);
  }

  Path write(String name, byte[] bytes) {
    try {
      return Files.write(file(name), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Path write(String name, String text) {
    return write(name, text.getBytes(StandardCharsets.UTF_8));
  }
}
