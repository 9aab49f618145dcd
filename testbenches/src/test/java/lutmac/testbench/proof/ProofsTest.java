package lutmac.testbench.proof;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import lutmac.network.process.RequiredProgram;
import lutmac.testbench.proof.ProofRun.Verdict;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** The quick proofs, and that each of all proofs notices that its module is broken. */
class ProofsTest {
  private static final Duration LIMIT = Duration.ofMinutes(2);

  @TempDir Path folder;

  static List<Proof> quick() {
    return Proofs.all().stream().filter(Proof::quick).toList();
  }

  /** A proof with one of its breakages. */
  private static Stream<Arguments> broken(Stream<Proof> proofs) {
    return proofs.flatMap(
        proof -> proof.breakages().stream().map(breakage -> Arguments.of(proof, breakage)));
  }

  static Stream<Arguments> quickBroken() {
    return broken(quick().stream());
  }

  static Stream<Arguments> slowBroken() {
    return broken(Proofs.all().stream().filter(proof -> !proof.quick()));
  }

  @BeforeEach
  void requireYosys() {
    RequiredProgram.require("yosys");
  }

  @Tag("slow")
  @ParameterizedTest
  @MethodSource("quick")
  void holdsForAllInputs(Proof proof) throws Exception {
    ProofRun run = ProofRun.of(proof, folder, LIMIT);
    assertEquals(Verdict.PROVEN, run.verdict(), run::log);
  }

  @Tag("slow")
  @ParameterizedTest
  @MethodSource("quickBroken")
  void proofFailsOnBrokenCopy(Proof proof, Proof.Breakage breakage) throws Exception {
    ProofRun run = ProofRun.ofBroken(proof, breakage, folder, LIMIT);
    assertEquals(Verdict.REFUTED, run.verdict(), run::log);
  }

  /** Those that take long, with {@code make campaign}. */
  @Tag("campaign")
  @ParameterizedTest
  @MethodSource("slowBroken")
  void slowProofFailsOnBrokenCopy(Proof proof, Proof.Breakage breakage) throws Exception {
    ProofRun run = ProofRun.ofBroken(proof, breakage, folder, LIMIT);
    assertEquals(Verdict.REFUTED, run.verdict(), run::log);
  }

  @Test
  void everyProofIsBrokenAtLeastOnce() {
    for (Proof proof : Proofs.all()) {
      assertFalse(proof.breakages().isEmpty(), proof.title());
    }
  }
}
