package lutmac.testbench;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lutmac.network.BadInputException;
import lutmac.network.RealData;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.text.TextTable;
import lutmac.onnx.reader.OnnxReader;
import lutmac.runtime.exec.FloatExecutor;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.DynamicContainer;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/**
 * ONNX's own operator tests, each a network of one or a few nodes: one that the reader takes gives
 * the values that the standard says. It may only refuse a network for which there is a {@link
 * OperatorCase.Reason} that can be seen in the file, and must then say that reason: none of an
 * operator that docs/operators.md lists as supported is refused otherwise.
 */
class OnnxOperatorTest {
  private static final double RELATIVE = 1e-4;
  private static final double ABSOLUTE = 1e-5;
  private static final Pattern LEFT_OUT = Pattern.compile("node '([^']*)' .*left out.*");

  private static final Map<String, Count> COUNTS = new TreeMap<>();

  /** How the networks of an operator fared. */
  private static final class Count {
    int all;
    int taken;
    int equal;
    int refused;
  }

  @TestFactory
  Stream<DynamicContainer> everyNetworkComputesItsOutputsOrIsRefusedForATrueReason()
      throws IOException {
    Set<String> supported = supported();
    Map<String, List<OperatorCase>> cases;
    try (Stream<Path> folders = Files.list(RealData.file("onnx_node_tests"))) {
      cases =
          folders
              .filter(Files::isDirectory)
              .sorted()
              .map(OperatorCase::read)
              .collect(
                  Collectors.groupingBy(OperatorCase::operator, TreeMap::new, Collectors.toList()));
    }
    assertTrue(cases.size() > 20, () -> "operators: " + cases.keySet());
    return cases.entrySet().stream()
        .map(
            entry ->
                DynamicContainer.dynamicContainer(
                    entry.getKey(),
                    entry.getValue().stream()
                        .map(
                            each ->
                                DynamicTest.dynamicTest(
                                    each.name(), () -> check(each, supported)))));
  }

  @AfterAll
  static void printTable() {
    TextTable table = new TextTable("operator", "networks", "taken", "equal", "refused");
    COUNTS.forEach(
        (operator, count) ->
            table.row(
                operator,
                String.valueOf(count.all),
                String.valueOf(count.taken),
                String.valueOf(count.equal),
                String.valueOf(count.refused)));
    System.out.println(table);
  }

  private static void check(OperatorCase network, Set<String> supported) throws Exception {
    Count count = COUNTS.computeIfAbsent(network.operator(), operator -> new Count());
    count.all++;
    OnnxReader.Imported imported;
    try {
      imported = OnnxReader.readWithNotes(network.model());
    } catch (BadInputException e) {
      count.refused++;
      String message = e.getMessage().replace(network.model().toString(), "");
      requireTrue(network, network.reasonsToRefuse(supported), message);
      return;
    }
    count.taken++;
    List<NumpyArray> expected = network.expected(leftOut(imported.notes()));
    FloatNetwork floating = imported.network();
    float[] input = network.input();
    int images = input.length / floating.inputShape().size();
    List<float[]> outputs = new FloatExecutor(floating).outputs(input, images);
    assertEquals(expected.size(), outputs.size(), "outputs");
    for (int o = 0; o < outputs.size(); o++) {
      requireClose(expected.get(o).values(), outputs.get(o));
    }
    count.equal++;
  }

  /** What the reader says that it leaves out at the end, which the expected values have not. */
  private static Set<String> leftOut(List<String> notes) {
    return notes.stream()
        .map(LEFT_OUT::matcher)
        .filter(Matcher::matches)
        .map(matcher -> matcher.group(1))
        .collect(Collectors.toSet());
  }

  private static void requireTrue(
      OperatorCase network, EnumSet<OperatorCase.Reason> reasons, String message) {
    if (reasons.isEmpty()) {
      fail("nothing in %s is a reason to refuse it: %s".formatted(network.name(), message));
    }
    assertTrue(
        reasons.stream().anyMatch(reason -> reason.isSaid(network, message)),
        () -> "none of %s is said: %s".formatted(reasons, message));
  }

  private static void requireClose(double[] expected, float[] found) {
    assertEquals(expected.length, found.length, "elements");
    for (int i = 0; i < found.length; i++) {
      assertEquals(
          expected[i], found[i], ABSOLUTE + RELATIVE * Math.abs(expected[i]), "element " + i);
    }
  }

  /** The operators in the first column of the table of docs/operators.md. */
  private static Set<String> supported() {
    Set<String> operators = new TreeSet<>();
    Matcher row =
        Pattern.compile("^\\| ([^|]*) \\|", Pattern.MULTILINE)
            .matcher(Sources.text("docs/operators.md"));
    while (row.find()) {
      Matcher word = Pattern.compile("\\b[A-Z]\\w+").matcher(row.group(1));
      while (word.find()) {
        operators.add(word.group());
      }
    }
    assertTrue(operators.containsAll(List.of("Conv", "Concat", "Flatten")), operators::toString);
    return operators;
  }
}
