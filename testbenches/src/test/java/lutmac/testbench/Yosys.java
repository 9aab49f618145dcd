package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

import lutmac.network.process.SearchPath;

/** The synthesis tool that proofs and mutants are put to. */
public final class Yosys {
  private Yosys() {}

  /** Skips the test without it; on continuous integration that is a failure. */
  public static void require() {
    if (SearchPath.ofEnvironment().find("yosys").isPresent()) {
      return;
    }
    if ("true".equals(System.getenv("CI"))) {
      fail("yosys is not installed");
    }
    abort("yosys is not installed: install the package yosys to run this test");
  }
}
