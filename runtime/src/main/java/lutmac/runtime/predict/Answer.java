package lutmac.runtime.predict;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.stream.IntStream;
import lutmac.network.shape.Shape;
import lutmac.runtime.measure.OutputDeviation;
import lutmac.runtime.measure.OutputKind;

/** What an output of a network says of an image, in a line or a few. */
public sealed interface Answer {

  /**
   * One class of several.
   *
   * @param index channel of the output, from 0
   * @param value of that channel, or, of a map of classes, its share of the pixels in percent
   * @param margin by how much the value is above that of the next class; empty for the last of all
   */
  record Ranked(int index, double value, OptionalDouble margin) {}

  /**
   * One class an image.
   *
   * @param top the classes of the largest values, largest first, of equal ones the lowest first
   */
  record Classes(List<Ranked> top) implements Answer {
    public Classes {
      top = List.copyOf(top);
    }

    @Override
    public <R> R fold(
        Function<? super Classes, ? extends R> classes,
        Function<? super Areas, ? extends R> areas,
        Function<? super Numbers, ? extends R> numbers) {
      return classes.apply(this);
    }
  }

  /**
   * One class a pixel.
   *
   * @param top the classes of most pixels, most first
   */
  record Areas(List<Ranked> top) implements Answer {
    public Areas {
      top = List.copyOf(top);
    }

    @Override
    public <R> R fold(
        Function<? super Classes, ? extends R> classes,
        Function<? super Areas, ? extends R> areas,
        Function<? super Numbers, ? extends R> numbers) {
      return areas.apply(this);
    }
  }

  /**
   * Numbers that are no classes.
   *
   * @param first the first of them, {@code [C, H, W]} row major
   * @param count how many there are
   */
  record Numbers(List<Double> first, int count, double least, double mean, double most)
      implements Answer {
    public Numbers {
      first = List.copyOf(first);
    }

    @Override
    public <R> R fold(
        Function<? super Classes, ? extends R> classes,
        Function<? super Areas, ? extends R> areas,
        Function<? super Numbers, ? extends R> numbers) {
      return numbers.apply(this);
    }
  }

  /**
   * Reads an output.
   *
   * @param kind what the output is
   * @param shape of the output, {@code [C, H, W]}
   * @param values real values, row major
   * @param wanted how many classes or numbers are listed at most, at least 1
   */
  static Answer of(OutputKind kind, Shape shape, double[] values, int wanted) {
    return switch (kind) {
      case CLASSES -> new Classes(ranked(values, wanted));
      case CLASS_MAP -> new Areas(ranked(areas(shape, values), wanted));
      case VALUES ->
          new Numbers(
              Arrays.stream(values).limit(wanted).boxed().toList(),
              values.length,
              Arrays.stream(values).min().orElseThrow(),
              Arrays.stream(values).average().orElseThrow(),
              Arrays.stream(values).max().orElseThrow());
    };
  }

  private static List<Ranked> ranked(double[] values, int wanted) {
    int[] order =
        IntStream.range(0, values.length)
            .boxed()
            .sorted(Comparator.comparingDouble((Integer i) -> -values[i]))
            .mapToInt(Integer::intValue)
            .toArray();
    List<Ranked> top = new ArrayList<>();
    for (int i = 0; i < Math.min(wanted, order.length); i++) {
      double value = values[order[i]];
      top.add(
          new Ranked(
              order[i],
              value,
              i + 1 < order.length
                  ? OptionalDouble.of(value - values[order[i + 1]])
                  : OptionalDouble.empty()));
    }
    return top;
  }

  /** Of every class, the share of pixels where its value is the largest, percent. */
  private static double[] areas(Shape shape, double[] values) {
    int pixels = shape.pixels();
    double[] counts = new double[shape.channels()];
    for (int pixel = 0; pixel < pixels; pixel++) {
      counts[OutputDeviation.largest(values, shape, pixel)]++;
    }
    return Arrays.stream(counts).map(count -> 100 * count / pixels).toArray();
  }

  /** What the function for this kind of answer says. */
  <R> R fold(
      Function<? super Classes, ? extends R> classes,
      Function<? super Areas, ? extends R> areas,
      Function<? super Numbers, ? extends R> numbers);
}
