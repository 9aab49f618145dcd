package lutmac.quant.report;

import java.util.ArrayList;
import java.util.List;

/**
 * Where values lie on an axis.
 *
 * @param logarithmic by powers of ten; values and bounds are positive then
 * @param from position of {@code low}
 * @param to position of {@code high}
 */
record Scale(boolean logarithmic, double low, double high, double from, double to) {
  static Scale linear(double low, double high, double from, double to) {
    return new Scale(false, low, high, from, to);
  }

  static Scale logarithmic(double low, double high, double from, double to) {
    return new Scale(true, low, high, from, to);
  }

  double at(double value) {
    double share =
        logarithmic ? Math.log(value / low) / Math.log(high / low) : (value - low) / (high - low);
    return from + share * (to - from);
  }

  /** Round values to mark: powers of ten, or multiples of 1, 2 or 5 times one. */
  List<Double> ticks(int most) {
    List<Double> ticks = new ArrayList<>();
    if (logarithmic) {
      int least = (int) Math.ceil(Math.log10(low) - 1e-9);
      int greatest = (int) Math.floor(Math.log10(high) + 1e-9);
      int spacing = Math.max(1, (int) Math.ceil((greatest - least + 1.0) / most));
      for (int power = least; power <= greatest; power += spacing) {
        ticks.add(Math.pow(10, power));
      }
      return ticks;
    }
    double rough = (high - low) / most;
    double decade = Math.pow(10, Math.floor(Math.log10(rough)));
    double spacing = decade * 10;
    for (double factor : new double[] {5, 2, 1}) {
      spacing = factor * decade >= rough ? factor * decade : spacing;
    }
    for (long i = (long) Math.ceil(low / spacing - 1e-9);
        i * spacing <= high + 1e-9 * spacing;
        i++) {
      ticks.add(i * spacing);
    }
    return ticks;
  }
}
