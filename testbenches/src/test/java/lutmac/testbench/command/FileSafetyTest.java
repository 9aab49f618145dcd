package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Stream;
import lutmac.examples.digits.DigitsExample;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.onnx.lut.QuantizedOnnx;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** No command destroys what it reads, and none waits for what is no file. */
@Tag("slow")
@Timeout(120)
class FileSafetyTest {
  @TempDir Path directory;
  private Workspace workspace;

  @BeforeEach
  void writeExample() {
    workspace = Workspace.quantizedIn(directory);
  }

  /** A command with all of its inputs; {@code OUT} stands for its output. */
  private record Case(String name, List<String> arguments, List<Path> inputs) {
    static Case of(Workspace workspace, String line, Path... inputs) {
      List<String> arguments = new ArrayList<>();
      for (String word : line.split(" ")) {
        Path file = workspace.file(word);
        arguments.add(Files.exists(file) ? file.toString() : word);
      }
      return new Case(line, arguments, List.of(inputs));
    }

    String[] with(Path output) {
      return arguments.stream()
          .map(word -> word.equals("OUT") ? output.toString() : word)
          .toArray(String[]::new);
    }
  }

  /** Every command that writes a file. */
  private List<Case> fileWriters() {
    Path labels = workspace.file("calibration_labels.npy");
    Path formats = workspace.file("digits.lut.formats.yaml");
    return List.of(
        Case.of(
            workspace,
            "quantize digits.onnx --std 64 --calib calibration.npy --calib-labels calibration_labels.npy"
                + " --budget 2% -o OUT",
            workspace.model(),
            workspace.calibration(),
            labels),
        Case.of(
            workspace,
            "quantize digits.onnx --std 64 --calib calibration.npy --formats digits.lut.formats.yaml -o OUT",
            formats),
        Case.of(
            workspace,
            "quantize digits.onnx --std 64 --calib calibration.npy --tune --tune-images images.npy"
                + " --tune-labels labels.npy -o new.lut.onnx --tune-resume OUT",
            workspace.images(),
            workspace.labels()),
        Case.of(
            workspace,
            "analyze digits.onnx --std 64 --calib calibration.npy --data images.npy --labels labels.npy"
                + " -o OUT",
            workspace.model(),
            workspace.calibration(),
            workspace.images(),
            workspace.labels()),
        Case.of(workspace, "export digits.lut.onnx --format qonnx -o OUT", workspace.quantized()));
  }

  @Test
  void noOutputReplacesAnInputWhateverLinksLeadThere() throws IOException {
    for (Case command : fileWriters()) {
      for (Path input : command.inputs()) {
        Path links = Files.createDirectories(workspace.file("links"));
        Path soft = links.resolve("soft");
        Path hard = links.resolve("hard");
        Path folder = links.resolve("folder");
        Files.createSymbolicLink(soft, input);
        Files.createLink(hard, input);
        Files.createSymbolicLink(folder, directory);
        Path around = directory.resolve("links/../" + input.getFileName());
        Path relative = Path.of("").toAbsolutePath().relativize(input.toRealPath());
        for (Path output :
            List.of(input, soft, hard, folder.resolve(input.getFileName()), around, relative)) {
          workspace.refuses(command.with(output), "that this command reads", "another file");
        }
        for (Path link : List.of(soft, hard, folder)) {
          Files.delete(link);
        }
      }
    }
  }

  /** The formats, which nobody has named, go beside the network. */
  @Test
  void neitherDoesAnOutputThatIsNotNamed() {
    Path images = workspace.file("new.formats.yaml");
    workspace.write(images.getFileName().toString(), "images");
    workspace.refuses(
        workspace.quantize(workspace.model(), images, workspace.file("new.onnx")),
        "new.formats.yaml is the images that this command reads");
  }

  @Test
  void noOutputReplacesAPictureOfAFolderOrTheWeightsBesideANetwork() throws IOException {
    Path pictures = Files.createDirectories(workspace.file("pictures"));
    Path picture = Files.writeString(pictures.resolve("a.png"), "picture");
    workspace.refuses(
        workspace.quantize(workspace.model(), pictures, picture), "is the images", "as");
    workspace.refuses(
        workspace.quantize(workspace.model(), pictures, workspace.file("pictures")),
        "is a directory");
    Path split = workspace.write("split.onnx", ExternalWeights.of(DigitsExample.network()));
    Path weights = workspace.write("split.bin", new byte[ExternalWeights.BYTES]);
    workspace.refuses(
        workspace.quantize(split, workspace.calibration(), weights),
        "is the network",
        "split.onnx");
  }

  @Test
  void noDirectoryIsReplacedThatHoldsAnInput() throws IOException {
    Invocation.of(workspace.generate()).succeeded();
    Path inside = workspace.design().resolve("network.lut.onnx");
    Path link = Files.createSymbolicLink(workspace.file("link"), workspace.design());
    for (Path output : List.of(workspace.design(), link)) {
      workspace.refuses(workspace.generate(inside, output), "holds the input", "another directory");
    }
    Path images = workspace.images();
    for (Path trace : List.of(images, workspace.design().resolve("design.json"))) {
      workspace.refuses(
          workspace.simulate(workspace.design(), images, "--trace", trace.toString()),
          "that this command reads");
    }
    workspace.refuses(
        workspace.simulate(
            workspace.design(), images, "--trace", link.resolve("rtl/new.fst").toString()),
        "that this command reads");
    workspace.refuses(
        new String[] {
          "predict", inside.toString(), "--data", images.toString(), "-o", link.toString()
        },
        "holds the input");
    workspace.refuses(
        workspace.quantize(
            workspace.model(),
            workspace.calibration(),
            workspace.design().resolve("new.lut.onnx"),
            "--target",
            workspace.design().toString()),
        "is the design");
  }

  @Test
  void noTwoOutputsGoToOnePlace() {
    Path output = workspace.file("new.lut.onnx");
    workspace.refuses(
        workspace.quantize(
            workspace.model(),
            workspace.calibration(),
            output,
            "--tune",
            "--tune-resume",
            workspace.file("new.lut.formats.yaml").toString()),
        "two outputs");
  }

  @Test
  void theDemoKeepsWhatItHasNotWritten() {
    workspace.refuses(new String[] {"demo", "-o", directory.toString()}, "not from this demo");
  }

  /** Another network may have the name of the demo's, and its quantized file, too. */
  @Test
  void theDemoKeepsTheQuantizedFileOfAnotherNetwork() throws IOException {
    String folder = workspace.file("demo").toString();
    String[] files = {"demo", "--files-only", "-o", folder};
    Invocation.of(files).succeeded();
    Path quantized = Path.of(folder, "digits.lut.onnx");
    Path other = Files.copy(workspace.model(), workspace.file("other.onnx"));
    Path made = workspace.file("other.lut.onnx");
    Invocation.of(workspace.quantize(other, workspace.calibration(), made)).succeeded();
    Files.copy(made, quantized);
    workspace.refuses(files, "digits.lut.onnx", "not from this demo");
    Files.delete(quantized);
    Path formats = Files.writeString(Path.of(folder, "digits.lut.formats.yaml"), "mine");
    workspace.refuses(files, "digits.lut.formats.yaml", "not from this demo");
    Files.delete(formats);
    Invocation.of(
            "quantize",
            Path.of(folder, "digits.onnx").toString(),
            "--calib",
            workspace.calibration().toString(),
            "-o",
            quantized.toString())
        .succeeded();
    Invocation.of(files).succeeded();
  }

  @Test
  void anOutputThatIsNoFileIsRefusedAndStays() throws IOException, InterruptedException {
    Path pipe = pipe();
    Path link = Files.createSymbolicLink(workspace.file("link"), pipe);
    for (Case command : fileWriters()) {
      for (Path output : List.of(pipe, link)) {
        Invocation.of(command.with(output))
            .refusal("is a pipe, a socket or a device", "name a file");
      }
    }
    Invocation.of(workspace.generate(workspace.quantized(), pipe)).refusal("name a directory");
    assertTrue(Files.readAttributes(pipe, BasicFileAttributes.class).isOther());
  }

  @Test
  void anInputThatIsNoFileIsRefusedAtOnce() throws IOException, InterruptedException {
    Path pipe = pipe();
    Path endless = Files.createSymbolicLink(workspace.file("endless"), Path.of("/dev/zero"));
    Path folder = Files.createDirectories(workspace.file("folder"));
    List<String> commands =
        List.of(
            "quantize IN --calib calibration.npy -o OUT",
            "quantize digits.onnx --calib IN -o OUT",
            "quantize digits.onnx --std 64 --calib calibration.npy --calib-labels IN --budget 2% -o OUT",
            "quantize digits.onnx --std 64 --calib calibration.npy --formats IN -o OUT",
            "quantize digits.onnx --std 64 --calib calibration.npy --target IN -o OUT",
            "quantize digits.onnx --std 64 --calib calibration.npy --tune --tune-images IN -o OUT",
            "quantize digits.onnx --std 64 --calib calibration.npy --tune --tune-labels IN -o OUT",
            "analyze IN --calib calibration.npy -o OUT",
            "analyze digits.onnx --std 64 --calib calibration.npy --data IN -o OUT",
            "evaluate IN --data images.npy --labels labels.npy",
            "evaluate digits.lut.onnx --data IN --labels labels.npy",
            "evaluate digits.lut.onnx --data images.npy --labels IN",
            "evaluate digits.lut.onnx --data images.npy --float IN",
            "predict IN --data images.npy -o OUT",
            "predict digits.lut.onnx --data IN -o OUT",
            "generate IN -o OUT",
            "export IN --format qonnx -o OUT",
            "simulate IN --data images.npy");
    for (String line : commands) {
      for (Path input : List.of(pipe, endless, folder)) {
        List<String> arguments =
            Case.of(workspace, line).arguments().stream()
                .map(word -> word.equals("IN") ? input.toString() : word)
                .map(word -> word.equals("OUT") ? workspace.file("new").toString() : word)
                .toList();
        long start = System.nanoTime();
        Invocation.of(arguments.toArray(String[]::new)).refusal(input.getFileName().toString());
        Duration taken = Duration.ofNanos(System.nanoTime() - start);
        assertTrue(taken.toSeconds() < 10, () -> line + " took " + taken);
      }
    }
  }

  /** The float model that a quantized file remembers may be anything by now. */
  @Test
  void aRememberedModelThatIsAPipeByNowIsNotRead() throws IOException, InterruptedException {
    Files.delete(workspace.model());
    assertEquals(0, new ProcessBuilder("mkfifo", workspace.model().toString()).start().waitFor());
    assertRememberedModelIsNotRead();
  }

  /** Paths that no system takes. */
  @Test
  void aRememberedModelWhosePathIsNoneIsNotRead() {
    QuantizedNetwork network = QuantizedOnnx.read(workspace.quantized());
    Map<String, String> provenance = new TreeMap<>(network.provenance());
    provenance.put("float.path", "a\0b");
    QuantizedOnnx.write(
        new QuantizedNetwork(
            network.name(),
            network.input(),
            network.layers(),
            network.outputs(),
            network.rounding(),
            provenance),
        workspace.quantized());
    assertRememberedModelIsNotRead();
  }

  private void assertRememberedModelIsNotRead() {
    Invocation evaluated =
        Invocation.of(
                workspace.evaluate(workspace.quantized(), workspace.images(), workspace.labels()))
            .succeeded();
    assertTrue(evaluated.err().contains("not where it was"), evaluated.err());
  }

  @Test
  void linksStayAndPermissionsToo() throws IOException {
    Path real = workspace.write("real.lut.onnx", "older");
    Files.setPosixFilePermissions(real, PosixFilePermissions.fromString("rw-rw----"));
    Path link = Files.createSymbolicLink(workspace.file("link.lut.onnx"), Path.of("real.lut.onnx"));
    Invocation.of(workspace.quantize(workspace.model(), workspace.calibration(), link)).succeeded();
    assertTrue(Files.isSymbolicLink(link));
    assertTrue(Files.size(real) > 1000);
    assertEquals("rw-rw----", PosixFilePermissions.toString(Files.getPosixFilePermissions(real)));
  }

  /** A disk of 4 blocks that only root can make. */
  @Test
  void aFullDiskLeavesWhatWasThere() throws IOException, InterruptedException {
    Path disk = Files.createDirectories(workspace.file("disk"));
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk.toString()) == 0);
    try {
      Path older = Files.writeString(disk.resolve("net.lut.onnx"), "older");
      for (Case command :
          List.of(
              Case.of(workspace, "quantize digits.onnx --std 64 --calib calibration.npy -o OUT"),
              Case.of(workspace, "analyze digits.onnx --std 64 --calib calibration.npy -o OUT"),
              Case.of(workspace, "export digits.lut.onnx --format qonnx -o OUT"))) {
        Invocation.of(command.with(older)).refusal("cannot be written", "enough space");
        assertEquals("older", Files.readString(older));
      }
      Path design = disk.resolve("design");
      Invocation.of(workspace.generate(workspace.quantized(), design))
          .refusal("cannot write the design", "enough space");
      Invocation.of(
              Case.of(workspace, "predict digits.lut.onnx --data images.npy --layers -o OUT")
                  .with(disk.resolve("prediction")))
          .refusal("cannot be written", "enough space");
      try (Stream<Path> left = Files.list(disk)) {
        assertEquals(List.of(older), left.toList());
      }
    } finally {
      assertEquals(0, run("umount", disk.toString()));
    }
  }

  /** A simulation has its job and its results in temporary files. */
  @Test
  void noTemporarySpaceIsToldAndLeavesNothing() throws IOException, InterruptedException {
    Invocation.of(workspace.generate()).succeeded();
    String[] simulate = workspace.simulate(workspace.design(), workspace.images(), "--count", "1");
    Invocation.of(simulate).succeeded();
    Path disk = Files.createDirectories(workspace.file("disk"));
    assumeTrue(run("mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk.toString()) == 0);
    try {
      Invocation refused =
          CommandProcess.run(
              List.of(), Map.of("JDK_JAVA_OPTIONS", "-Djava.io.tmpdir=" + disk), simulate);
      assertEquals(2, refused.exitCode(), refused.err());
      String message = refused.err().lines().reduce((first, last) -> last).orElse("");
      assertTrue(message.startsWith("lutmac: ") && message.contains("space"), message);
      assertEquals(0, disk.toFile().list().length);
    } finally {
      assertEquals(0, run("umount", disk.toString()));
    }
  }

  /** For root, too: without the capability that lets root write everywhere. */
  @Test
  void aReadOnlyFolderStaysAsItIs() throws IOException, InterruptedException {
    Path closed = Files.createDirectories(workspace.file("closed"));
    Path kept = Files.writeString(closed.resolve("net.lut.onnx"), "older");
    Files.setPosixFilePermissions(closed, PosixFilePermissions.fromString("r-xr-xr-x"));
    Files.setPosixFilePermissions(kept, PosixFilePermissions.fromString("r--r--r--"));
    List<String> bound =
        Files.isWritable(closed)
            ? List.of("setpriv", "--bounding-set=-dac_override,-dac_read_search")
            : List.of();
    SortedMap<String, String> before = workspace.contents();
    for (Path output : List.of(kept, closed.resolve("new.lut.onnx"))) {
      Invocation refused =
          CommandProcess.run(
              bound,
              Map.of(),
              workspace.quantize(workspace.model(), workspace.calibration(), output));
      refused.refusal(output.getFileName().toString());
    }
    assertEquals(before, workspace.contents());
  }

  private Path pipe() throws IOException, InterruptedException {
    Path pipe = workspace.file("pipe");
    assertEquals(0, run("mkfifo", pipe.toString()));
    return pipe;
  }

  private static int run(String... command) throws IOException, InterruptedException {
    return new ProcessBuilder(Arrays.asList(command))
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.DISCARD)
        .start()
        .waitFor();
  }
}
