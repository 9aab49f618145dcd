package lutmac.generator.pe;

import java.util.Collection;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import lutmac.network.text.Alike;

/** The styles of processing elements that there are. */
public final class PeStyles {
  /** Each with its standard parameters; the first is the one for those who do not choose. */
  private static final List<PeStyle> ALL =
      List.of(
          new BinsStyle(), //
          new CsdStyle(),
          new SerialStyle(),
          new DspStyle());

  private static final Map<String, StyleParameter> PARAMETERS = parametersByName();

  private PeStyles() {}

  /** All styles with their standard parameters. */
  public static List<PeStyle> all() {
    return ALL;
  }

  /** The style for those who do not choose. */
  public static PeStyle standard() {
    return ALL.get(0);
  }

  /**
   * The style of a name with its standard parameters.
   *
   * @param name in lower or upper case
   * @throws IllegalArgumentException if there is none; the message lists those that there are
   */
  public static PeStyle named(String name) {
    return ALL.stream()
        .filter(style -> style.name().equals(name.toLowerCase(Locale.ROOT)))
        .findFirst()
        .orElseThrow(
            () ->
                new IllegalArgumentException(
                    "expected one of %s, got '%s'%s"
                        .formatted(names(), name, Alike.hint(name, names()))));
  }

  /** The names of all styles. */
  public static List<String> names() {
    return ALL.stream().map(PeStyle::name).toList();
  }

  /** The parameters of all styles, each once. */
  public static Collection<StyleParameter> parameters() {
    return PARAMETERS.values();
  }

  /** The names of the styles that have a parameter. */
  public static List<String> having(StyleParameter parameter) {
    return ALL.stream()
        .filter(style -> style.parameters().contains(parameter))
        .map(PeStyle::name)
        .toList();
  }

  private static Map<String, StyleParameter> parametersByName() {
    Map<String, StyleParameter> parameters = new LinkedHashMap<>();
    for (PeStyle style : ALL) {
      for (StyleParameter parameter : style.parameters()) {
        StyleParameter same = parameters.putIfAbsent(parameter.name(), parameter);
        if (same != null && !same.equals(parameter)) {
          throw new IllegalStateException(
              "two styles mean different things by the parameter " + parameter.name());
        }
      }
    }
    return parameters;
  }
}
