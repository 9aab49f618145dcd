package lutmac.quant.report;

import java.util.Locale;
import java.util.Optional;
import lutmac.network.shape.Shape;

/** Quantities as people read them. */
final class Quantity {
  private Quantity() {}

  static String decibels(Optional<Double> sqnr) {
    return sqnr.map(value -> String.format(Locale.ROOT, "%.1f", value)).orElse("exact");
  }

  /** Two significant digits or more. */
  static String divergence(double divergence) {
    if (divergence == 0) {
      return "0";
    }
    if (divergence < 1e-4) {
      return String.format(Locale.ROOT, "%.1e", divergence).replace("e-0", "e-");
    }
    int digits = Math.max(2, 1 - (int) Math.floor(Math.log10(divergence)));
    return String.format(Locale.ROOT, "%." + Math.min(5, digits) + "f", divergence);
  }

  static String percent(double share) {
    return String.format(Locale.ROOT, "%.2f", 100 * share);
  }

  static String memory(double bits) {
    double kibibytes = bits / 8192;
    if (kibibytes < 1000) {
      return String.format(Locale.ROOT, kibibytes < 100 ? "%.1f KiB" : "%.0f KiB", kibibytes);
    }
    return String.format(Locale.ROOT, "%.2f MiB", kibibytes / 1024);
  }

  static String times(double ratio) {
    return String.format(Locale.ROOT, "%.2fx", ratio);
  }

  static String count(long number) {
    return String.format(Locale.ROOT, "%,d", number);
  }

  static String shape(Shape shape) {
    return "%dx%dx%d".formatted(shape.channels(), shape.height(), shape.width());
  }

  /** A power of ten of things, for axes: 100, 1k, 10k, 1M. */
  static String countTick(double count) {
    if (count >= 1e6) {
      return tick(count / 1e6) + "M";
    }
    return count >= 1000 ? tick(count / 1000) + "k" : tick(count);
  }

  /** Few digits, for axes. */
  static String tick(double value) {
    double magnitude = Math.abs(value);
    if (magnitude == 0) {
      return "0";
    }
    if (magnitude >= 1e5 || magnitude < 1e-3) {
      return String.format(Locale.ROOT, "%.0e", value)
          .replaceAll("e([+-])0?", "e$1")
          .replace("+", "");
    }
    String text = String.format(Locale.ROOT, "%.4f", value);
    return text.replaceAll("0+$", "").replaceAll("\\.$", "");
  }
}
