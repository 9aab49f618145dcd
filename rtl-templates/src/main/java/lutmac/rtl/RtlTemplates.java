package lutmac.rtl;

import java.io.StringWriter;
import java.util.Map;
import java.util.Properties;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.VelocityEngine;

/**
 * The Verilog templates of the datapath. A template is {@code lutmac/rtl/NAME.sv.vm}; its variables
 * are written in the formal notation only, {@code ${rows}}, so that Verilog's own {@code $signed}
 * and {@code $clog2} pass through.
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
   * Renders one module.
   *
   * @param module module name, which is also the template's
   * @param values the template's variables
   * @throws IllegalArgumentException if a variable has no value
   */
  public static String render(String module, Map<String, ?> values) {
    StringWriter text = new StringWriter();
    ENGINE
        .getTemplate("lutmac/rtl/" + module + ".sv.vm", "UTF-8")
        .merge(new VelocityContext(Map.<String, Object>copyOf(values)), text);
    String rendered = text.toString();
    int open = rendered.indexOf("${");
    if (open >= 0) {
      String variable = rendered.substring(open, rendered.indexOf('}', open) + 1);
      throw new IllegalArgumentException(
          "template %s: no value for %s".formatted(module, variable));
    }
    return rendered;
  }
}
