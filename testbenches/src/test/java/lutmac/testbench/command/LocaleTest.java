package lutmac.testbench.command;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.SortedMap;
import java.util.TreeMap;
import lutmac.network.process.ProgramRun;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The command in countries with other digits, points and letters, and where names are ASCII. */
@Tag("slow")
class LocaleTest {
  private static final Path LAUNCHER = Path.of("../bin/lutmac").toAbsolutePath().normalize();
  private static final Path BUILT = Path.of("../cli/target/runtime.classpath");

  @TempDir static Path directory;
  private static Workspace workspace;
  private static SortedMap<String, String> expected;

  @BeforeAll
  static void runWithoutCountry() {
    workspace = Workspace.in(directory);
    expected = everything(Locale.ROOT);
  }

  @AfterEach
  void leaveTheCountry() {
    Locale.setDefault(Locale.ROOT);
  }

  @ParameterizedTest
  @ValueSource(strings = {"fa-IR", "ar-EG", "tr-TR", "de-DE"})
  void everyByteIsTheSameInEveryCountry(String tag) {
    assertEquals(expected, everything(Locale.forLanguageTag(tag)));
  }

  @Test
  void theCountriesWouldMatter() {
    assertNotEquals("1", String.format(Locale.forLanguageTag("fa-IR"), "%d", 1));
    assertNotEquals("i", "I".toLowerCase(Locale.forLanguageTag("tr-TR")));
  }

  /** What the commands write and print, by file or command. */
  private static SortedMap<String, String> everything(Locale locale) {
    Path network = workspace.quantized();
    SortedMap<String, String> printed = new TreeMap<>();
    for (String[] arguments :
        List.of(
            workspace.quantize(),
            workspace.evaluate(network, workspace.images(), workspace.labels(), "--json"),
            workspace.evaluate(network, workspace.images(), workspace.labels()),
            workspace.quantize(
                workspace.model(),
                workspace.calibration(),
                workspace.file("pinned.lut.onnx"),
                "--formats=" + workspace.file("digits.lut.formats.yaml")),
            workspace.generate(),
            new String[] {
              "export",
              "--format=qonnx",
              network.toString(),
              "-o",
              workspace.file("digits.qonnx.onnx").toString()
            })) {
      Locale.setDefault(locale);
      printed.put(String.join(" ", arguments), Invocation.of(arguments).succeeded().out());
    }
    printed.putAll(workspace.contents());
    return printed;
  }

  @Test
  void namesBeyondAsciiAreOpenedInTheLocaleOfAscii(@TempDir Path other)
      throws IOException, InterruptedException {
    assumeTrue(Files.exists(BUILT), "bin/lutmac is not built");
    Path image = Files.copy(workspace.images(), other.resolve("größe-数.npy"));
    Path made = Files.createDirectory(other.resolve("über")).resolve("n.lut.onnx");
    ProgramRun run =
        ProgramRun.of(
            List.of(
                "env",
                "LC_ALL=C",
                LAUNCHER.toString(),
                "quantize",
                workspace.model().toString(),
                "--calib",
                image.toString(),
                "-o",
                made.toString()),
            directory,
            Duration.ofMinutes(1));
    assertTrue(run.succeeded(), run.output());
    assertTrue(Files.exists(made));
  }
}
