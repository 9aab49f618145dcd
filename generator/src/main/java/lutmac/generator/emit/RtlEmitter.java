package lutmac.generator.emit;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.generator.config.Features;
import lutmac.generator.pe.ArrayFeatures;
import lutmac.generator.pe.PeStyle;
import lutmac.network.BadInputException;
import lutmac.network.format.LogFormat;
import lutmac.rtl.CoreModules;
import lutmac.rtl.RtlTemplates;

/**
 * The hardware of one configuration as SystemVerilog: the core from the Velocity templates, the
 * shell around it from Chisel. The same configuration gives the same text.
 */
public final class RtlEmitter {
  /** The module of an array that is emitted alone, whatever its style. */
  public static final String ARRAY = "mac_array";

  private static final int MAX_LOG_STEP = 3;

  private static final Pattern MODULE = Pattern.compile("(?m)^(?:module|package)\\s+(\\w+)");

  private RtlEmitter() {}

  /**
   * Emits a design that has no name of its own; see {@link #emit(AcceleratorConfig, DesignName)}.
   */
  public static SortedMap<String, String> emit(AcceleratorConfig config) {
    return emit(config, DesignName.DEFAULT);
  }

  /**
   * Emits all modules and their package, one a file; the one to instantiate is {@link
   * DesignName#top}.
   *
   * @return text by file name, {@code MODULE.sv}, in {@link CompileOrder}
   * @throws BadInputException if firtool, which makes the shell's Verilog, is not installed
   */
  public static SortedMap<String, String> emit(AcceleratorConfig config, DesignName name) {
    SortedMap<String, String> files = CompileOrder.files();
    files.putAll(ShellRtl.emit(config));
    for (String template : CoreModules.withArray(config.pe().templates())) {
      String text = RtlTemplates.render(template, variables(config));
      if (files.put(moduleName(template, text) + ".sv", text) != null) {
        throw new IllegalStateException("two modules are called like the one of " + template);
      }
    }
    return Collections.unmodifiableSortedMap(name.applyTo(files));
  }

  /**
   * Emits the array alone, the module {@link #ARRAY} and what it instantiates, which belong to no
   * design.
   *
   * @param rows P, output pixels
   * @param cols M, output channels
   * @return text by file name, {@code MODULE.sv}
   */
  public static SortedMap<String, String> array(
      PeStyle style, int rows, int cols, ArrayFeatures features) {
    SortedMap<String, String> files = CompileOrder.files();
    for (String template : style.templates()) {
      String text = RtlTemplates.render(template, variables(style, rows, cols, features));
      files.put(moduleName(template, text) + ".sv", text);
    }
    for (String contract : CoreModules.CONTRACTS) {
      files.put(contract + ".sv", RtlTemplates.render(contract, Map.of()));
    }
    return Collections.unmodifiableSortedMap(files);
  }

  private static Map<String, Object> variables(
      PeStyle style, int rows, int cols, ArrayFeatures features) {
    Map<String, Object> values = new LinkedHashMap<>(style.values());
    values.put("rows", rows);
    values.put("cols", cols);
    values.put("accBits", features.accBits());
    values.put("actBits", features.actBits());
    values.put("planes", features.planes());
    values.put("depthwise", features.depthwise() ? 1 : 0);
    return values;
  }

  private static Map<String, Object> variables(AcceleratorConfig config) {
    Features features = config.features();
    Map<String, Object> values =
        variables(
            config.pe(),
            config.rows(),
            config.cols(),
            new ArrayFeatures(
                config.accBits(), features.actBits(), features.planes(), features.depthwise()));
    values.putAll(features.values());
    values.put("logTables", logTables());
    values.put("fmAddrBits", AcceleratorConfig.addressBits(config.featureMapWords()));
    values.put("weightAddrBits", AcceleratorConfig.addressBits(config.weightWords()));
    values.put("paramAddrBits", AcceleratorConfig.addressBits(config.parameterWords()));
    values.put("programAddrBits", AcceleratorConfig.addressBits(config.programWords()));
    return values;
  }

  /** Entry r of list k is what code r + 1 means at step k. */
  private static List<List<Integer>> logTables() {
    List<List<Integer>> tables = new ArrayList<>();
    for (int step = 0; step <= MAX_LOG_STEP; step++) {
      tables.add(IntStream.of(LogFormat.firstOctave(step)).boxed().toList());
    }
    return tables;
  }

  private static String moduleName(String template, String text) {
    Matcher module = MODULE.matcher(text);
    if (!module.find()) {
      throw new IllegalStateException("template %s makes no module".formatted(template));
    }
    return module.group(1);
  }
}
