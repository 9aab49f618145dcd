package lutmac.generator.design;

import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.IntFunction;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import lutmac.generator.config.Bus;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.InputLayout;
import lutmac.generator.program.OutputView;
import lutmac.network.format.TensorFormat;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.shape.Shape;
import lutmac.rtl.RtlTemplates;

/** The driver that a design brings along: C99 and Python, with examples. */
final class HostKit {
  private static final String TEMPLATES = "lutmac/generator/design/host/";
  private static final String FOLDER = "host/";

  private HostKit() {}

  /** A view for the C header. */
  public record View(HostBuffers.Region region, InputLayout layout) {}

  /**
   * An output for the C header, its lists as text.
   *
   * @param signed 1 where its lanes are
   */
  public record Output(
      String name,
      int channels,
      int height,
      int width,
      int laneBits,
      int planes,
      int signed,
      String addresses,
      String bits,
      String fractionBits,
      String values) {}

  /** The texts by path in the design's directory. */
  static SortedMap<String, String> files(Design design, HostBuffers buffers) {
    Map<String, Object> values = values(design, buffers);
    String name = design.name().text();
    SortedMap<String, String> files = new TreeMap<>();
    for (String own : List.of("lutmac.h", "lutmac.c", "lutmac.py")) {
      files.put(FOLDER + own, DesignKit.resource("host/" + own));
    }
    files.put(FOLDER + "lutmac_regs.h", RtlTemplates.registerHeader());
    files.put(FOLDER + "lutmac_stream.h", text("lutmac_stream.h", values));
    files.put(FOLDER + name + "_design.h", text("design.h", values));
    for (String example : examples(design.compiled().config().bus())) {
      files.put(FOLDER + example, text(example, values));
    }
    return files;
  }

  private static List<String> examples(Bus bus) {
    return bus instanceof Bus.Axi ? List.of("bare_metal.c", "linux.c") : List.of("stream.c");
  }

  private static String text(String template, Map<String, Object> values) {
    return RtlTemplates.text(TEMPLATES + template, values);
  }

  private static Map<String, Object> values(Design design, HostBuffers buffers) {
    CompiledNetwork compiled = design.compiled();
    InputEncoding encoding = compiled.network().input();
    Preprocessing preprocessing = encoding.preprocessing();
    Shape shape = encoding.tensor().shape();
    FormatJson format = FormatJson.of(encoding.tensor().format());
    Map<String, Object> values = new HashMap<>();
    values.put("name", design.name().text());
    values.put("constant", design.name().text().toUpperCase(Locale.ROOT));
    values.put("rows", compiled.config().rows());
    values.put("cols", compiled.config().cols());
    values.put("fingerprint", Integer.toHexString(compiled.config().fingerprint()));
    values.put("wordBytes", buffers.wordBytes());
    values.put(
        "inputShape", "%d, %d, %d".formatted(shape.channels(), shape.height(), shape.width()));
    values.put(
        "padCodes", list(encoding.tensor().padCodes().stream().map(code -> code & 0xff).toList()));
    values.put("codesArePixels", encoding.folded() ? 1 : 0);
    values.put("inputSigned", format.signed() ? 1 : 0);
    values.put("inputBits", format.bits());
    values.put("inputFraction", format.fractionBits().get(0));
    values.put(
        "mean", perChannel(shape.channels(), channel -> number(preprocessing.mean(channel))));
    values.put("std", perChannel(shape.channels(), channel -> number(preprocessing.std(channel))));
    values.put("views", views(compiled, buffers));
    values.put("reads", buffers.reads());
    values.put("outputs", compiled.outputViews().stream().map(HostKit::output).toList());
    values.put("inputBytes", buffers.inputBytes());
    values.put("outputBytes", buffers.outputBytes());
    values.put("scratchBytes", buffers.scratchBytes());
    values.put("inputFreeAt", compiled.inputFreeAt().map(String::valueOf).orElse("LUTMAC_NEVER"));
    return values;
  }

  private static List<View> views(CompiledNetwork compiled, HostBuffers buffers) {
    List<View> views = new ArrayList<>();
    for (int at = 0; at < compiled.inputViews().size(); at++) {
      views.add(new View(buffers.writes().get(at), compiled.inputViews().get(at).layout()));
    }
    return views;
  }

  private static Output output(OutputView view) {
    Shape shape = view.tensor().shape();
    TensorFormat format = view.tensor().format();
    FormatJson described = FormatJson.of(format);
    List<Integer> codes = described.values() == null ? Collections.emptyList() : described.values();
    return new Output(
        view.tensor().name().replaceAll("[^ !#-\\[\\]-~]", "_"),
        shape.channels(),
        shape.height(),
        shape.width(),
        view.laneBits(),
        view.planes(),
        described.signed() ? 1 : 0,
        list(view.addresses()),
        list(view.bits()),
        perChannel(shape.channels(), channel -> String.valueOf(format.frac(channel))),
        list(codes));
  }

  private static String perChannel(int channels, IntFunction<String> value) {
    return IntStream.range(0, channels).mapToObj(value).collect(Collectors.joining(", "));
  }

  private static String number(double value) {
    return Double.toString(value);
  }

  private static String list(List<Integer> values) {
    return values.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }
}
