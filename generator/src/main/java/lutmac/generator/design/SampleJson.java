package lutmac.generator.design;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import lutmac.generator.program.CompiledNetwork;
import lutmac.network.quantized.Tensor;

/**
 * The sample image in {@code design.json}.
 *
 * @param source where it comes from
 * @param model what computed the answers
 * @param inputFile the words to write to the feature maps
 * @param expectedFile the words to read from them
 * @param maskFile which bits of these count
 */
record SampleJson(
    String source,
    String model,
    String inputFile,
    String expectedFile,
    String maskFile,
    List<Answer> outputs) {

  /** Most elements of an output whose values are listed. */
  private static final int MOST_LISTED = 4096;

  /**
   * What the network answers.
   *
   * @param largestChannel the channel with the largest value, the first of equal ones, which is
   *     what a classifier says; null where there are several pixels or one channel
   * @param integers {@code [C, H, W]}; null where they are many
   * @param values the real values that they stand for; null where they are many
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record Answer(String name, Integer largestChannel, List<Integer> integers, List<Double> values) {}

  static SampleJson of(CompiledNetwork compiled, SampleImage image) {
    List<Answer> answers = new ArrayList<>();
    for (Tensor output : compiled.network().outputs()) {
      answers.add(answer(output, image.maps().get(output.name())));
    }
    return new SampleJson(
        image.source(),
        image.model(),
        SampleWords.INPUT,
        SampleWords.EXPECTED,
        SampleWords.MASK,
        answers);
  }

  private static Answer answer(Tensor output, int[] integers) {
    List<Double> values = DoubleStream.of(output.reals(integers)).boxed().toList();
    boolean listed = integers.length <= MOST_LISTED;
    return new Answer(
        output.name(),
        output.shape().pixels() == 1 && integers.length > 1 ? largest(values) : null,
        listed ? IntStream.of(integers).boxed().toList() : null,
        listed ? values : null);
  }

  private static int largest(List<Double> values) {
    int largest = 0;
    for (int at = 1; at < values.size(); at++) {
      if (values.get(at) > values.get(largest)) {
        largest = at;
      }
    }
    return largest;
  }
}
