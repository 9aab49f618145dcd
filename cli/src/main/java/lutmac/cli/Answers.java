package lutmac.cli;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;
import lutmac.network.BadInputException;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.shape.Shape;
import lutmac.network.text.TextTable;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.measure.OutputKind;
import lutmac.runtime.predict.Answer;
import lutmac.runtime.predict.Answer.Ranked;
import lutmac.runtime.predict.ClassNames;

/** What a network's first output says of images, for people and for machines. */
final class Answers {
  /** Rows of images that a person reads. */
  private static final int MOST_IMAGES = 20;

  private final String output;
  private final OutputKind kind;
  private final Shape shape;
  private final int labelOffset;
  private final ClassNames names;
  private final int wanted;
  private final List<Of> answers = new ArrayList<>();

  /** One image's. */
  private record Of(int image, String name, Answer answer) {}

  /**
   * Of no image yet.
   *
   * @param output name of the network's first output
   * @param shape of that output
   * @param input shape of the network's input
   * @param labelOffset output index = label + offset
   * @param namesFile names of the classes
   * @param wanted how many classes or numbers are listed at most
   * @throws BadInputException if the names do not fit
   */
  Answers(
      String output,
      Shape shape,
      Shape input,
      int labelOffset,
      Optional<Path> namesFile,
      int wanted) {
    if (wanted < 1) {
      throw new BadInputException("--top must be at least 1, got " + wanted);
    }
    this.output = output;
    this.kind = OutputKind.of(shape, input);
    this.shape = shape;
    this.labelOffset = labelOffset;
    this.wanted = wanted;
    if (namesFile.isPresent() && kind == OutputKind.VALUES) {
      throw new BadInputException(
          "%s: output '%s' %s has no classes to name; leave out --names"
              .formatted(namesFile.get(), output, shape));
    }
    this.names =
        namesFile
            .map(file -> ClassNames.read(file, shape.channels(), labelOffset))
            .orElse(ClassNames.NONE);
  }

  /** Of a quantized network's. */
  static Answers of(QuantizedNetwork network, Optional<Path> namesFile, int wanted) {
    return new Answers(
        network.output().name(),
        network.output().shape(),
        network.input().tensor().shape(),
        network.input().preprocessing().labelOffset(),
        namesFile,
        wanted);
  }

  /**
   * Adds an image.
   *
   * @param image its number in the set
   * @param values real values of the output
   */
  synchronized void add(ImageSet images, int image, double[] values) {
    answers.add(new Of(image, images.name(image), Answer.of(kind, shape, values, wanted)));
  }

  private List<Of> sorted() {
    return answers.stream().sorted(Comparator.comparingInt(Of::image)).toList();
  }

  /** A table of the first images, with how many more there are. */
  String text() {
    List<Of> shown = sorted().stream().limit(MOST_IMAGES).toList();
    TextTable table =
        switch (kind) {
          case CLASSES -> classes(shown, "value");
          case CLASS_MAP -> classes(shown, "pixels %");
          case VALUES -> numbers(shown);
        };
    int more = answers.size() - shown.size();
    return more == 0 ? table.toString() : "%s%n... and %,d more".formatted(table, more);
  }

  private TextTable classes(List<Of> shown, String value) {
    List<TextTable.Column> columns =
        new ArrayList<>(List.of(TextTable.Column.name("image"), TextTable.Column.figure("class")));
    if (names.known()) {
      columns.add(TextTable.Column.name("name"));
    }
    columns.add(TextTable.Column.figure(value));
    columns.add(TextTable.Column.figure("margin"));
    TextTable table = new TextTable(columns);
    for (Of each : shown) {
      String image = each.name();
      for (Ranked ranked : ranked(each.answer())) {
        List<Object> cells = new ArrayList<>(List.of(image, ranked.index() - labelOffset));
        if (names.known()) {
          cells.add(names.of(ranked.index()));
        }
        cells.add(decimal(ranked.value()));
        cells.add(ranked.margin().isPresent() ? decimal(ranked.margin().getAsDouble()) : "-");
        table.row(cells.toArray());
        image = "";
      }
    }
    return table;
  }

  private static List<Ranked> ranked(Answer answer) {
    return answer.fold(Answer.Classes::top, Answer.Areas::top, numbers -> List.of());
  }

  private static TextTable numbers(List<Of> shown) {
    TextTable table = new TextTable("image", "values", "least", "mean", "most", "the first ones");
    for (Of each : shown) {
      each.answer()
          .fold(
              classes -> table,
              areas -> table,
              numbers ->
                  table.row(
                      each.name(),
                      numbers.count(),
                      decimal(numbers.least()),
                      decimal(numbers.mean()),
                      decimal(numbers.most()),
                      numbers.first().stream()
                          .map(Answers::decimal)
                          .collect(Collectors.joining(" "))));
    }
    return table;
  }

  private static String decimal(double value) {
    return String.format(Locale.ROOT, "%.3f", value);
  }

  /**
   * For machines.
   *
   * @param output name of the network's first output
   * @param kind {@code classes}, {@code class map} or {@code values}
   */
  record Json(String output, String kind, List<ImageJson> images) {}

  /**
   * One image.
   *
   * @param image number in the set
   * @param name of its file, or its number in words
   * @param top null where the output has no classes
   * @param values the first numbers of an output without classes; null otherwise
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record ImageJson(int image, String name, List<ClassJson> top, List<Double> values) {}

  /**
   * One class.
   *
   * @param classIndex as labels count it: index of the output less the label offset
   * @param name null where nobody has named it
   * @param value of the output; of a map of classes its share of the pixels, percent
   * @param margin above the next class; null for the last of all
   */
  @JsonInclude(JsonInclude.Include.NON_NULL)
  record ClassJson(int classIndex, String name, double value, Double margin) {}

  Json json() {
    return new Json(output, kind.title(), sorted().stream().map(this::json).toList());
  }

  private ImageJson json(Of each) {
    return each.answer()
        .fold(
            classes -> new ImageJson(each.image(), each.name(), json(classes.top()), null),
            areas -> new ImageJson(each.image(), each.name(), json(areas.top()), null),
            numbers -> new ImageJson(each.image(), each.name(), null, numbers.first()));
  }

  private List<ClassJson> json(List<Ranked> top) {
    return top.stream()
        .map(
            ranked ->
                new ClassJson(
                    ranked.index() - labelOffset,
                    Optional.of(names.of(ranked.index())).filter(n -> !n.isEmpty()).orElse(null),
                    ranked.value(),
                    nullable(ranked.margin())))
        .toList();
  }

  private static Double nullable(OptionalDouble value) {
    return value.isPresent() ? value.getAsDouble() : null;
  }
}
