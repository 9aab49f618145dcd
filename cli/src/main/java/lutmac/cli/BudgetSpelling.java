package lutmac.cli;

import java.util.Optional;
import java.util.function.Supplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lutmac.network.BadInputException;
import lutmac.quant.recipe.Budget;

/**
 * A budget as {@code --budget} takes it: {@code 4.6} bits a weight; a compression ratio {@code 8x};
 * {@code 0.5%} lost; both, {@code 8x,0.5%}; {@code 400000cycles} or {@code 400000steps} of the
 * hardware.
 */
final class BudgetSpelling {
  private static final String NUMBER = "(\\d{1,3}(?:\\.\\d{1,6})?)";
  private static final Pattern BITS = Pattern.compile(NUMBER);
  private static final Pattern COMPRESSION = Pattern.compile(NUMBER + "x");
  private static final Pattern ACCURACY = Pattern.compile("(?:" + NUMBER + "x,)?" + NUMBER + "%");
  private static final Pattern TIME = Pattern.compile("(\\d{1,18})(steps|cycles)");

  private BudgetSpelling() {}

  /**
   * @throws BadInputException if it is no budget
   */
  static Budget read(String text) {
    Matcher time = TIME.matcher(text);
    if (time.matches()) {
      long most = Long.parseLong(time.group(1));
      return budget(
          () ->
              time.group(2).equals("steps")
                  ? new Budget.ArraySteps(most)
                  : new Budget.Cycles(most));
    }
    Matcher bits = BITS.matcher(text);
    if (bits.matches()) {
      return budget(() -> new Budget.MeanWeightBits(Double.parseDouble(bits.group(1))));
    }
    Matcher ratio = COMPRESSION.matcher(text);
    if (ratio.matches()) {
      return budget(() -> compression(ratio.group(1)));
    }
    Matcher accuracy = ACCURACY.matcher(text);
    if (accuracy.matches()) {
      return budget(
          () ->
              new Budget.Accuracy(
                  Double.parseDouble(accuracy.group(2)),
                  Optional.ofNullable(accuracy.group(1)).map(BudgetSpelling::compression)));
    }
    throw new BadInputException(
        "--budget is bits a weight such as 4.6, a ratio such as 8x, a loss such as 0.5%%, both as in 8x,0.5%%, or time such as 400000cycles or 400000steps; got '%s'"
            .formatted(text));
  }

  private static Budget.CompressionRatio compression(String ratio) {
    return new Budget.CompressionRatio(Double.parseDouble(ratio));
  }

  private static Budget budget(Supplier<Budget> made) {
    return Arguments.checked("--budget", made);
  }
}
