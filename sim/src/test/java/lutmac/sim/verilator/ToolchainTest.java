package lutmac.sim.verilator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import lutmac.network.BadInputException;
import lutmac.network.process.SearchPath;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ToolchainTest {
  @TempDir Path bin;

  @Test
  void missingVerilatorIsToldWithThePackageToInstall() {
    assertEquals(
        "simulation needs Verilator, but verilator is not on the PATH;"
            + " on Debian or Ubuntu: apt-get install verilator",
        messageOfMissing());
  }

  @Test
  void missingCompilerIsToldWithThePackageToInstall() throws IOException {
    program("verilator", "echo Verilator 9");
    assertTrue(messageOfMissing().endsWith("apt-get install clang"), messageOfMissing());
  }

  @Test
  void missingMakeIsToldWithThePackageToInstall() throws IOException {
    program("verilator", "echo Verilator 9");
    program("g++", "echo g++ 9");
    assertTrue(messageOfMissing().endsWith("apt-get install make"), messageOfMissing());
  }

  @Test
  void prefersClang() throws IOException {
    program("verilator", "echo Verilator 9");
    program("g++", "echo g++ 9");
    program("make", "true");
    assertEquals(bin.resolve("g++"), Toolchain.find(new SearchPath(List.of(bin))).compiler());
    program("clang++", "echo clang 9");
    Toolchain tools = Toolchain.find(new SearchPath(List.of(bin)));
    assertEquals(bin.resolve("clang++"), tools.compiler());
    assertEquals("Verilator 9\nclang 9", tools.versions());
  }

  @Test
  void theEnvironmentChoosesPrograms() throws IOException {
    program("verilator", "echo Verilator 9");
    program("verilator-10", "echo Verilator 10");
    program("clang++", "echo clang 9");
    program("g++", "echo g++ 9");
    program("make", "true");
    SearchPath path = new SearchPath(List.of(bin));
    Toolchain tools =
        Toolchain.find(
            path, Map.of("CXX", "g++", "VERILATOR", bin.resolve("verilator-10").toString()));
    assertEquals(bin.resolve("g++"), tools.compiler());
    assertEquals("Verilator 10\ng++ 9", tools.versions());
    assertEquals(bin.resolve("clang++"), Toolchain.find(path, Map.of("CXX", " ")).compiler());
    for (String wrong : List.of("g++-99", "/no/such/g++", "ccache g++")) {
      BadInputException e =
          assertThrows(BadInputException.class, () -> Toolchain.find(path, Map.of("CXX", wrong)));
      assertTrue(e.getMessage().contains("CXX names '" + wrong + "'"), e.getMessage());
    }
  }

  /** What Ubuntu 22.04 has. */
  @Test
  void refusesAVerilatorWithoutContexts() throws IOException {
    program("verilator", "echo Verilator 4.038 2020-07-11 rev v4.036-114-g0cd4a57ad");
    program("clang++", "echo clang 14");
    program("make", "true");
    SearchPath path = new SearchPath(List.of(bin));
    String message = assertThrows(BadInputException.class, () -> Toolchain.find(path)).getMessage();
    assertTrue(message.contains("4.038") && message.contains("at least 4.200"), message);
    program("verilator", "echo Verilator 4.200 2021-03-12");
    assertEquals("Verilator 4.200 2021-03-12\nclang 14", Toolchain.find(path).versions());
  }

  @Test
  void brokenInstallationIsTold() throws IOException {
    program("verilator", "echo cannot find verilator_bin; exit 2");
    program("clang++", "echo clang 9");
    program("make", "true");
    BadInputException e =
        assertThrows(BadInputException.class, () -> Toolchain.find(new SearchPath(List.of(bin))));
    assertTrue(e.getMessage().contains("cannot find verilator_bin"), e.getMessage());
  }

  private String messageOfMissing() {
    return assertThrows(BadInputException.class, () -> Toolchain.find(new SearchPath(List.of(bin))))
        .getMessage();
  }

  private void program(String name, String body) throws IOException {
    Path file = Files.writeString(bin.resolve(name), "#!/bin/sh\n" + body + "\n");
    assertTrue(file.toFile().setExecutable(true));
  }
}
