package lutmac.network.process;

import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.abort;

/** A program that a test cannot do without. */
public final class RequiredProgram {
  private RequiredProgram() {}

  /** Skips the test without the program; on continuous integration that is a failure. */
  public static void require(String program) {
    if (SearchPath.ofEnvironment().find(program).isPresent()) {
      return;
    }
    String message =
        "%s is not installed: install the package %s to run this test".formatted(program, program);
    if ("true".equals(System.getenv("CI"))) {
      fail(message);
    }
    abort(message);
  }
}
