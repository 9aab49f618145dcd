package lutmac.rtl;

import java.io.StringWriter;
import java.util.HashMap;
import java.util.Map;
import java.util.Properties;
import lutmac.rtl.layout.Layouts;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.VelocityEngine;

/**
 * The Verilog templates of the datapath. A template is {@code lutmac/rtl/NAME.sv.vm}; its variables
 * are written in the formal notation only, {@code ${rows}}, so that Verilog's own {@code $signed}
 * and {@code $clog2} pass through. Every template sees the {@link Layouts} as {@code ${layouts}}.
 */
public final class RtlTemplates {
  private static final VelocityEngine ENGINE = engine();

  private RtlTemplates() {}

  private static VelocityEngine engine() {
    Properties properties = new Properties();
    properties.setProperty("resource.loaders", "class");
    properties.setProperty(
        "resource.loader.class.class",
        "org.apache.velocity.runtime.resource.loader.ClasspathResourceLoader");
    VelocityEngine engine = new VelocityEngine(properties);
    engine.init();
    return engine;
  }

  /**
   * Renders one module, or the package {@code lutmac_pkg}.
   *
   * @param module module name, which is also the template's
   * @param values the template's variables
   * @throws IllegalArgumentException if a variable has no value
   */
  public static String render(String module, Map<String, ?> values) {
    return text("lutmac/rtl/" + module + ".sv", values);
  }

  /** The layouts' constants for C++ that drives the hardware, {@code lutmac_layout.h}. */
  public static String layoutHeader() {
    return text("lutmac/rtl/lutmac_layout.h", Map.of());
  }

  /** The registers of an accelerator on a bus for C, {@code lutmac_regs.h}. */
  public static String registerHeader() {
    return text("lutmac/rtl/lutmac_regs.h", Map.of());
  }

  /**
   * Renders any other text.
   *
   * @param file the template on the class path, without its {@code .vm}
   * @param values the template's variables
   * @throws IllegalArgumentException if a variable has no value
   */
  public static String text(String file, Map<String, ?> values) {
    Map<String, Object> context = new HashMap<>(values);
    context.put("layouts", new Layouts());
    StringWriter text = new StringWriter();
    ENGINE.getTemplate(file + ".vm", "UTF-8").merge(new VelocityContext(context), text);
    String rendered = text.toString();
    int open = rendered.indexOf("${");
    if (open >= 0) {
      String variable = rendered.substring(open, rendered.indexOf('}', open) + 1);
      throw new IllegalArgumentException("template %s: no value for %s".formatted(file, variable));
    }
    return rendered;
  }
}
