package lutmac.sim;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import lutmac.generator.program.CompiledNetwork;
import lutmac.network.golden.GoldenModel;
import lutmac.sim.CopyDesign.Fault;
import lutmac.sim.compare.Mismatch;
import lutmac.sim.compare.MismatchKind;
import lutmac.sim.harness.HostStalls;
import lutmac.sim.reference.FastReference;
import lutmac.sim.reference.GoldenReference;
import lutmac.sim.reference.Reference;
import lutmac.sim.report.ReportText;
import lutmac.sim.report.SimulatedLayer;
import lutmac.sim.report.SimulationReport;
import lutmac.sim.report.Verdict;
import lutmac.sim.verilator.Toolchain;
import lutmac.sim.verilator.VerilatorBuild;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Simulates a stand-in for the hardware that can be told what to do wrong, and where. */
@Tag("slow")
class SimulationTest {
  private static final CopyDesign DESIGN = new CopyDesign(4, 3);
  private static final int WORDS_PER_IMAGE = 6 * CopyDesign.PIXELS;

  @TempDir static Path cache;
  @TempDir Path directory;
  private SimulationOptions options;

  @BeforeEach
  void oneProcess() {
    options = SimulationOptions.defaults(directory.resolve("wave.fst")).withProcesses(1);
  }

  @Test
  void soundHardwareIsBitExact() {
    SimulationReport report = simulate(DESIGN, DESIGN.sound(), 5, options);
    assertEquals(Verdict.BIT_EXACT, report.verdict());
    assertEquals(5, report.images());
    assertEquals(5 * WORDS_PER_IMAGE, report.wordsCompared());
    assertEquals(0, report.mismatches());
    assertEquals(Optional.empty(), report.firstMismatch());
    assertEquals(Optional.empty(), report.waveform());
  }

  @Test
  void aStandInForTheGoldenModelIsNamedInTheVerdict() {
    CompiledNetwork compiled = DESIGN.sound();
    Reference fast =
        new FastReference(compiled.network(), codes -> GoldenModel.run(compiled.network(), codes));
    SimulationReport report = simulate(DESIGN, compiled, 18, options, fast);
    assertEquals(new SimulationReport.Comparison("fast reference", 2), report.comparison());
    assertTrue(
        ReportText.of(report)
            .contains("(fast reference; 2 of 18 images checked against the golden model)"),
        ReportText.of(report));
    assertFalse(
        ReportText.of(simulate(DESIGN, compiled, 1, options)).contains("reference"),
        "the golden model needs no mention");
  }

  @Test
  void aWrongStandInFailsTheSimulation() {
    CompiledNetwork compiled = DESIGN.sound();
    Reference wrong = new FastReference(compiled.network(), codes -> Map.of());
    SimulationReport report = simulate(DESIGN, compiled, 1, options, wrong);
    assertEquals(Verdict.FAILED, report.verdict());
    assertEquals(0, report.images());
    assertTrue(
        report.failure().orElseThrow().contains("fast reference"), report.failure().toString());
  }

  @Test
  void countsCyclesAndStepsOfEveryLayer() {
    SimulationReport report = simulate(DESIGN, DESIGN.sound(), 2, options);
    // One cycle to fetch, then one a word.
    assertEquals(6 * CopyDesign.PIXELS + 3, report.cyclesPerImage());
    assertEquals(
        List.of(CopyDesign.PIXELS + 1L, CopyDesign.PIXELS + 1L, 4L * CopyDesign.PIXELS + 1),
        report.layers().stream().map(SimulatedLayer::cycles).toList());
    assertEquals(
        List.of((long) CopyDesign.PIXELS, (long) CopyDesign.PIXELS, 4L * CopyDesign.PIXELS),
        report.layers().stream().map(SimulatedLayer::steps).toList());
    assertEquals(15 / (4.0 * 16), report.layers().get(0).busyShare(), 1e-12);
    assertEquals(45 / (4.0 * 93), report.busyShare(), 1e-12);
  }

  @Test
  void wordsWiderThanABeatTakeTwo() {
    CopyDesign wide = new CopyDesign(14, 11);
    SimulationReport report = simulate(wide, wide.sound(), 3, options);
    assertEquals(Verdict.BIT_EXACT, report.verdict());
    assertEquals(3 * WORDS_PER_IMAGE, report.wordsCompared());
  }

  @Test
  void reportDoesNotDependOnProcessesOrPauses() {
    SimulationReport one = simulate(DESIGN, DESIGN.sound(), 5, options);
    SimulationReport many =
        simulate(DESIGN, DESIGN.sound(), 5, options.withProcesses(3).withPauses(300).withSeed(9));
    assertEquals(HostStalls.NONE, one.stalls());
    assertTrue(many.stalls().input() > 0 && many.stalls().output() > 0, many.stalls().toString());
    String paused =
        "the host paused its stream to the accelerator in %,d cycles, that from it in %,d\n"
            .formatted(many.stalls().input(), many.stalls().output());
    // What the host moves takes longer, and a process has a first image of its own.
    assertTrue(many.busCyclesPerImage() > one.busCyclesPerImage(), "pauses cost the host nothing");
    assertEquals(withoutHost(one), withoutHost(many).replace(paused, ""));
    assertTrue(ReportText.of(many).contains(paused.strip()), ReportText.of(many));
  }

  private static String withoutHost(SimulationReport report) {
    return (ReportText.of(report) + "\n").replaceAll("(?m)^with transfers: .*\n", "");
  }

  @Test
  void pausesAreThoseOfTheSeed() {
    SimulationOptions paused = options.withPauses(300);
    HostStalls nine = simulate(DESIGN, DESIGN.sound(), 3, paused.withSeed(9)).stalls();
    assertEquals(nine, simulate(DESIGN, DESIGN.sound(), 3, paused.withSeed(9)).stalls());
    assertNotEquals(nine, simulate(DESIGN, DESIGN.sound(), 3, paused.withSeed(10)).stalls());
  }

  @Test
  void parametersReachTheHardware() {
    // The parameter memory's first word adds 3 to lane 1.
    Mismatch first = firstMismatch(DESIGN.withFault(1, Fault.ADD_PARAMETER, 7), MismatchKind.VALUE);
    assertEquals(1, first.channel());
    assertEquals((first.expected() + 3) & 0xff, first.got());
  }

  @Test
  void wrongBitIsNamedByLayerPixelAndChannel() {
    Mismatch first = firstMismatch(DESIGN.withFault(1, Fault.FLIP_BIT, 7), MismatchKind.VALUE);
    int golden = DESIGN.images(1).get(0)[CopyDesign.PIXELS + 7];
    assertEquals(
        new Mismatch(
            MismatchKind.VALUE, 0, 1, "second", 207, 1, 2, 1, golden, golden ^ 1, 16 + 1 + 7),
        first);
  }

  @Test
  void wrongAccumulatorIsShownWhole() {
    // Word 4*7+1 is byte 1 of pixel 7.
    Mismatch first = firstMismatch(DESIGN.withFault(2, Fault.FLIP_BIT, 29), MismatchKind.VALUE);
    int golden = DESIGN.images(1).get(0)[CopyDesign.PIXELS + 7];
    assertEquals(golden, first.expected());
    assertEquals(golden + 256, first.got());
    assertEquals("last", first.layerName());
  }

  @Test
  void wordThatIsNotWrittenIsMissing() {
    Mismatch first =
        firstMismatch(DESIGN.withFault(0, Fault.DO_NOT_WRITE, 4), MismatchKind.MISSING);
    assertEquals(0, first.layer());
    assertEquals(104, first.address());
    assertEquals(4, first.x());
  }

  @Test
  void wordThatIsWrittenTwiceIsDuplicate() {
    Mismatch first =
        firstMismatch(DESIGN.withFault(1, Fault.WRITE_TWICE, 4), MismatchKind.DUPLICATE);
    assertEquals(1, first.layer());
    assertEquals(204, first.address());
  }

  @Test
  void writeToAnotherAddressIsStray() {
    Mismatch first =
        firstMismatch(DESIGN.withFault(1, Fault.WRITE_ELSEWHERE, 4), MismatchKind.STRAY);
    assertEquals(204 + 512, first.address());
  }

  @Test
  void writeOfOtherQuartersThanThePartsIsStray() {
    Mismatch first =
        firstMismatch(DESIGN.withFault(1, Fault.WRITE_THREE_QUARTERS, 4), MismatchKind.STRAY);
    assertEquals(204, first.address());
  }

  @Test
  void hostSeesWhatTheMemoryHolds() {
    Mismatch first =
        firstMismatch(DESIGN.withFault(2, Fault.DO_NOT_STORE, 4), MismatchKind.READ_BACK);
    assertEquals("last", first.layerName());
  }

  @Test
  void readingUninitialisedMemoryShows() {
    Mismatch first =
        firstMismatch(DESIGN.withFault(0, Fault.ADD_UNINITIALISED, 0), MismatchKind.VALUE);
    assertEquals(0, first.layer());
  }

  @Test
  void mismatchLeavesAWaveform() throws IOException {
    SimulationReport report =
        simulate(DESIGN, DESIGN.withFault(1, Fault.FLIP_BIT, 7), 3, options.withProcesses(2));
    Path waveform = report.waveform().orElseThrow();
    assertEquals(directory.resolve("wave.fst"), waveform);
    assertTrue(Files.size(waveform) > 200, "the waveform is empty");
    try (Stream<Path> files = Files.list(directory)) {
      assertEquals(List.of(waveform), files.toList());
    }
    assertTrue(ReportText.of(report).contains(waveform.toString()));
  }

  @Test
  void tracesTheImageThatIsAskedFor() throws IOException {
    SimulationReport report =
        simulate(DESIGN, DESIGN.sound(), 3, options.withTrace(2).withProcesses(2));
    assertEquals(Verdict.BIT_EXACT, report.verdict());
    assertTrue(Files.size(report.waveform().orElseThrow()) > 200);
  }

  @Test
  void hangIsNamedByLayerAndCycle() {
    SimulationReport report =
        simulate(DESIGN, DESIGN.withFault(1, Fault.HANG, 7), 2, options.withWatchdog(500));
    assertEquals(Verdict.FAILED, report.verdict());
    assertEquals(
        Optional.of("run: hang in layer 1, last progress in cycle 24 of image 0"),
        report.failure());
    assertEquals(0, report.images());
    assertEquals(MismatchKind.MISSING, report.firstMismatch().orElseThrow().kind());
    assertEquals(208, report.firstMismatch().orElseThrow().address());
    assertTrue(report.waveform().isPresent());
  }

  @Test
  void hangInTheMiddleOfAHostReadIsNamed() {
    SimulationReport report =
        simulate(
            DESIGN, DESIGN.withFault(2, Fault.STOP_ANSWERING, 7), 1, options.withWatchdog(500));
    assertEquals(Verdict.FAILED, report.verdict());
    assertTrue(report.failure().orElseThrow().startsWith("host read: hang"), report.toString());
  }

  /** It makes progress in every cycle, so that no watchdog barks. */
  @Test
  void whatWorksForEverIsEnded() {
    CompiledNetwork endless = DESIGN.withFault(1, Fault.WRITE_FOR_EVER, 7);
    SimulationOptions quiet = SimulationOptions.withoutWaveform().withProcesses(1);
    SimulationReport report = simulate(DESIGN, endless, 2, quiet.withCycleLimit(5000));
    assertEquals(Verdict.FAILED, report.verdict());
    assertEquals(
        Optional.of(
            "run: image 0 is not done after 5000 cycles, its limit; the core works in layer 1"),
        report.failure());
    String usual = simulate(DESIGN, endless, 1, quiet).failure().orElseThrow();
    assertTrue(
        usual.matches("run: image 0 is not done after 10\\d{4} cycles, its limit; .*"), usual);
  }

  @Test
  void aSoundDesignTakesLessThanItsLimitHoweverTheHostPauses() {
    SimulationReport report =
        simulate(DESIGN, DESIGN.sound(), 2, options.withProcesses(1).withPauses(900));
    assertEquals(Verdict.BIT_EXACT, report.verdict());
  }

  @Test
  void wrongImageLeavesNoWaveformWhereNoneIsWanted() {
    SimulationReport report =
        simulate(
            DESIGN,
            DESIGN.withFault(1, Fault.FLIP_BIT, 7),
            1,
            SimulationOptions.withoutWaveform().withProcesses(1));
    assertEquals(Verdict.MISMATCH, report.verdict());
    assertEquals(Optional.empty(), report.waveform());
  }

  @Test
  void finishInTheDesignIsAFailure() {
    SimulationReport report = simulate(DESIGN, DESIGN.withFault(1, Fault.FINISH, 7), 2, options);
    assertEquals(Verdict.FAILED, report.verdict());
    assertTrue(report.failure().orElseThrow().contains("$finish"), report.failure().toString());
  }

  @Test
  void failedAssertionOfTheDesignIsNamedByItsMessageItsModuleAndItsCycle() {
    SimulationReport report =
        simulate(DESIGN, DESIGN.withFault(1, Fault.BREAK_ASSERTION, 7), 2, options);
    assertEquals(Verdict.FAILED, report.verdict());
    assertEquals(
        Optional.of(
            "assertion failed: stand_in.no_fault: the fault is 10 [lutmac_top],"
                + " in layer 1, cycle 24 of image 0"),
        report.failure());
    assertTrue(report.waveform().isPresent());
    assertTrue(ReportText.of(report).contains("FAILED: assertion failed: stand_in.no_fault"));
  }

  @Test
  void tellsHowManyImagesAreDone() {
    List<Integer> done = Collections.synchronizedList(new ArrayList<>());
    simulation(DESIGN, DESIGN.sound()).run(DESIGN.images(4), options, done::add);
    assertEquals(List.of(1, 2, 3, 4), done);
  }

  /**
   * Right or wrong, it is the hardware's: byte 1 of pixel 7 has a flipped bit in the second run.
   */
  @Test
  void tellsWhatTheHardwareAnswered() {
    int[] copied = DESIGN.images(1).get(0);
    assertArrayEquals(copied, answer(DESIGN.sound()));
    int[] wrong = copied.clone();
    wrong[CopyDesign.PIXELS + 7] += 256;
    assertArrayEquals(wrong, answer(DESIGN.withFault(2, Fault.FLIP_BIT, 29)));
  }

  private int[] answer(CompiledNetwork compiled) {
    List<int[]> answers = new ArrayList<>();
    simulation(DESIGN, compiled)
        .run(
            DESIGN.images(1),
            SimulationOptions.withoutWaveform().withProcesses(1),
            done -> {},
            (image, outputs) -> answers.addAll(outputs));
    assertEquals(1, answers.size());
    return answers.get(0);
  }

  private Mismatch firstMismatch(CompiledNetwork compiled, MismatchKind kind) {
    SimulationReport report = simulate(DESIGN, compiled, 1, options);
    assertEquals(Verdict.MISMATCH, report.verdict());
    assertTrue(report.mismatches() > 0);
    assertFalse(report.firstMismatch().isEmpty());
    assertEquals(kind, report.firstMismatch().get().kind());
    return report.firstMismatch().get();
  }

  private static SimulationReport simulate(
      CopyDesign design, CompiledNetwork compiled, int images, SimulationOptions options) {
    return simulation(design, compiled).run(design.images(images), options, done -> {});
  }

  private static SimulationReport simulate(
      CopyDesign design,
      CompiledNetwork compiled,
      int images,
      SimulationOptions options,
      Reference reference) {
    return new Simulation(
            compiled, design.rtl(), new VerilatorBuild(Toolchain.find(), cache), reference)
        .run(design.images(images), options, done -> {});
  }

  private static Simulation simulation(CopyDesign design, CompiledNetwork compiled) {
    return new Simulation(
        compiled,
        design.rtl(),
        new VerilatorBuild(Toolchain.find(), cache),
        new GoldenReference(compiled.network()));
  }
}
