package lutmac.quant.report;

import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Properties;
import lutmac.network.BadInputException;
import lutmac.network.file.WholeFile;
import lutmac.quant.analysis.Analysis;
import org.apache.velocity.VelocityContext;
import org.apache.velocity.app.VelocityEngine;
import org.apache.velocity.app.event.EventCartridge;
import org.apache.velocity.app.event.ReferenceInsertionEventHandler;

/**
 * An analysis as one HTML page that needs nothing else: style sheet and plots are inside, there are
 * no scripts. It is well-formed XML.
 */
public final class HtmlReport {
  private static final String TEMPLATE = "lutmac/quant/report/report.html.vm";
  private static final VelocityEngine ENGINE = engine();

  private HtmlReport() {}

  private static VelocityEngine engine() {
    Properties properties = new Properties();
    properties.setProperty("resource.loaders", "class");
    properties.setProperty(
        "resource.loader.class.class",
        "org.apache.velocity.runtime.resource.loader.ClasspathResourceLoader");
    properties.setProperty("runtime.strict_mode.enable", "true");
    VelocityEngine engine = new VelocityEngine(properties);
    engine.init();
    return engine;
  }

  /** The page. */
  public static String render(Analysis analysis) {
    VelocityContext context = new VelocityContext(ReportPage.of(analysis));
    EventCartridge events = new EventCartridge();
    ReferenceInsertionEventHandler escape =
        (inserted, reference, value) ->
            value instanceof Markup ? value : Markup.escape(String.valueOf(value));
    events.addReferenceInsertionEventHandler(escape);
    events.attachToContext(context);
    StringWriter page = new StringWriter();
    ENGINE.getTemplate(TEMPLATE, "UTF-8").merge(context, page);
    return page.toString();
  }

  /**
   * Writes the page; where that fails, an older file of this name stays as it was.
   *
   * @throws BadInputException if the file cannot be written
   */
  public static void write(Analysis analysis, Path file) {
    WholeFile.write(render(analysis).getBytes(StandardCharsets.UTF_8), file);
  }
}
