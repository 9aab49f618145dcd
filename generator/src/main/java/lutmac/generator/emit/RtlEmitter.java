package lutmac.generator.emit;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.SortedMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import lutmac.generator.config.AcceleratorConfig;
import lutmac.network.BadInputException;
import lutmac.rtl.CoreModules;
import lutmac.rtl.RtlTemplates;

/**
 * The hardware of one configuration as SystemVerilog: the core from the Velocity templates, the
 * shell around it from Chisel. The same configuration gives the same text.
 */
public final class RtlEmitter {
  /** The module to instantiate. */
  public static final String TOP = "lutmac_top";

  private static final Pattern MODULE = Pattern.compile("(?m)^(?:module|package)\\s+(\\w+)");

  private RtlEmitter() {}

  /**
   * Emits all modules and their package, one a file.
   *
   * @return text by file name, {@code MODULE.sv}, in {@link CompileOrder}
   * @throws BadInputException if firtool, which lowers the shell, is not installed
   */
  public static SortedMap<String, String> emit(AcceleratorConfig config) {
    SortedMap<String, String> files = CompileOrder.files();
    files.putAll(ShellRtl.emit(config));
    for (String template : CoreModules.names(config.pe().id())) {
      String text = RtlTemplates.render(template, variables(config));
      if (files.put(moduleName(template, text) + ".sv", text) != null) {
        throw new IllegalStateException("two modules are called like the one of " + template);
      }
    }
    return Collections.unmodifiableSortedMap(files);
  }

  private static Map<String, Integer> variables(AcceleratorConfig config) {
    Map<String, Integer> values = new LinkedHashMap<>();
    values.put("rows", config.rows());
    values.put("cols", config.cols());
    values.put("accBits", config.accBits());
    values.put("binBits", config.binBits());
    values.put("groupRows", config.groupRows());
    values.put("fmAddrBits", AcceleratorConfig.addressBits(config.featureMapWords()));
    values.put("weightAddrBits", AcceleratorConfig.addressBits(config.weightWords()));
    values.put("paramAddrBits", AcceleratorConfig.addressBits(config.parameterWords()));
    values.put("programAddrBits", AcceleratorConfig.addressBits(config.programWords()));
    return values;
  }

  private static String moduleName(String template, String text) {
    Matcher module = MODULE.matcher(text);
    if (!module.find()) {
      throw new IllegalStateException("template %s makes no module".formatted(template));
    }
    return module.group(1);
  }
}
