package lutmac.quant.report;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.StringReader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.stream.Stream;
import javax.xml.parsers.DocumentBuilderFactory;
import lutmac.network.floating.FloatNetwork;
import lutmac.network.floating.FloatNetworks;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.shape.Shape;
import lutmac.onnx.lut.QuantizedOnnx;
import lutmac.quant.analysis.Analysis;
import lutmac.quant.analysis.Analyzer;
import lutmac.quant.analysis.EvaluationImages;
import lutmac.quant.analysis.LayerAnalysis;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.PinnedFormats;
import lutmac.quant.plan.PinnedLayer;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.quantize.Quantizer;
import lutmac.quant.recipe.Budget;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.recipe.Recipe;
import lutmac.quant.result.Allocation;
import lutmac.quant.result.MemoryReport;
import lutmac.quant.result.QuantizationResult;
import lutmac.runtime.image.ImageSet;
import lutmac.runtime.image.Images;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.w3c.dom.Document;
import org.w3c.dom.Element;
import org.w3c.dom.NodeList;
import org.xml.sax.InputSource;

class HtmlReportTest {
  private static final Shape INPUT = new Shape(3, 6, 6);

  /** A layer's name may hold anything. */
  private static final String NASTY = "a<b>&\"c' $x #end \u0001";

  private static Analysis uniform;
  private static Analysis allocated;

  @BeforeAll
  static void analyze() {
    uniform = analyze(QuantizeOptions.defaults());
    Recipe auto =
        new Recipe.Auto(
            List.of(new WeightFormat.Table(3, 2), new WeightFormat.FixedPoint(8)),
            List.of(ActivationFormat.Log.of(4, 1), ActivationFormat.Fixed.of(8)),
            new Budget.MeanWeightBits(5.5));
    allocated = analyze(QuantizeOptions.defaults().withRecipe(auto));
  }

  private static Analysis analyze(QuantizeOptions options) {
    return analyze(options, Quantizer::quantize);
  }

  /** One of the ways to quantize. */
  private interface Quantization {
    QuantizationResult of(
        FloatNetwork network,
        ImageSet calibration,
        Preprocessing preprocessing,
        QuantizeOptions options,
        PhaseProgress progress);
  }

  private static Analysis analyze(QuantizeOptions options, Quantization quantization) {
    FloatNetwork network =
        FloatNetworks.on(INPUT, 3)
            .conv("x", NASTY, 6, FloatNetworks.SAME)
            .relu(NASTY, "r")
            .conv("r", "b", 5, FloatNetworks.SAME)
            .relu("b", "s")
            .conv("s", "y", 4, FloatNetworks.SAME)
            .result("y");
    Images images = Images.noise(INPUT, 16, 1);
    QuantizationResult result =
        quantization.of(network, images, Preprocessing.none(), options, PhaseProgress.none());
    return Analyzer.analyze(
        result,
        new EvaluationImages(images, Optional.empty(), OptionalInt.empty()),
        PhaseProgress.none());
  }

  @Test
  void thePageIsWellFormedAndNamesEveryLayer() throws Exception {
    for (Analysis analysis : List.of(uniform, allocated)) {
      Document page = parse(HtmlReport.render(analysis));
      String text = page.getDocumentElement().getTextContent();
      assertTrue(text.contains("node_a<b>&\"c' $x #end \uFFFD"), "first layer");
      assertTrue(text.contains("node_b"), "second layer");
      assertTrue(text.contains("node_y"), "third layer");
      assertFalse(text.contains("${"), "a variable without a value");
    }
  }

  @Test
  void thePageNeedsNothingElse() throws Exception {
    String text = HtmlReport.render(allocated);
    for (String reference :
        List.of("<script", "<link", "<img", "src=", "href", "url(", "@import")) {
      assertFalse(text.contains(reference), reference);
    }
    String rest = text.replace("xmlns=\"http://www.w3.org/1999/xhtml\"", "");
    assertFalse(rest.contains("://"), "an address");
    assertTrue(text.length() < 100_000, text.length() + " characters");
  }

  @Test
  void everyLayerHasItsDistributionsAndAnAllocationItsCurve() throws Exception {
    // One of bits, for wide and for narrow pages; of each layer its weights and, of all but the
    // last, its map.
    assertEquals(2 + 3 + 2, pictures(uniform).getLength());
    NodeList pictures = pictures(allocated);
    assertEquals(2 + 2 + 3 + 2, pictures.getLength());
    for (int i = 0; i < pictures.getLength(); i++) {
      var attributes = pictures.item(i).getAttributes();
      assertFalse(attributes.getNamedItem("aria-label").getTextContent().isBlank());
      for (String path : paths(pictures, i)) {
        assertFalse(path.contains("NaN") || path.contains("nfinity"), path);
      }
    }
  }

  /**
   * A plot of many layers is as wide as they need, so that a phone moves it instead of shrinking
   * it.
   */
  @Test
  void manyLayersWidenAPlotAndLeaveOutNumbers() throws Exception {
    LayerAnalysis layer = uniform.layers().get(0);
    Element few = narrow(Collections.nCopies(3, layer));
    Element many = narrow(Collections.nCopies(60, layer));
    assertEquals("--drawn: 320px", few.getAttribute("style"));
    double drawn = Double.parseDouble(many.getAttribute("style").replaceAll("[^0-9.]", ""));
    assertTrue(drawn >= 60 * 10, "60 columns in " + drawn);
    List<String> numbers = new ArrayList<>();
    NodeList texts = many.getElementsByTagName("text");
    for (int i = 0; i < texts.getLength(); i++) {
      if (texts.item(i).getAttributes().getNamedItem("class").getTextContent().equals("middle")) {
        numbers.add(texts.item(i).getTextContent());
      }
    }
    assertEquals(List.of("1", "3", "5"), numbers.subList(0, 3));
    assertEquals(30, numbers.size());
  }

  private static Element narrow(List<LayerAnalysis> layers) throws Exception {
    return parse(LayersPlot.of(layers, 320).toString()).getDocumentElement();
  }

  @Test
  void theChosenAllocationIsNoBetterThanTheCurve() {
    Allocation allocation = allocated.result().allocation().orElseThrow();
    assertNotBelowTheCurve(allocation);
    Allocation.Point chosen = allocation.chosen();
    for (Allocation.Point point : allocation.curve()) {
      assertTrue(
          point.cost() > chosen.cost() || point.divergence() >= chosen.divergence() * (1 - 1e-9),
          point + " beats " + chosen);
    }
  }

  /** Whatever chose the formats: of a recipe, or pinned. */
  @Test
  void everyNetworkCanBePlacedUnderItsCurve() throws Exception {
    PinnedFormats pins =
        new PinnedFormats(
            "test",
            Optional.empty(),
            Map.of(
                "node_b",
                new PinnedLayer(
                    Optional.of(new WeightFormat.Table(1, 2)),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.empty(),
                    Optional.of(ActivationFormat.Fixed.of(3).at(1)))));
    for (QuantizeOptions options :
        List.of(
            QuantizeOptions.defaults(),
            QuantizeOptions.defaults().withRecipe(new Recipe.Mxqn(4, 4)),
            QuantizeOptions.defaults().withPins(pins))) {
      Analysis analysis = analyze(options, Quantizer::quantizeAndPlace);
      Allocation allocation = analysis.result().allocation().orElseThrow();
      assertNotBelowTheCurve(allocation);
      MemoryReport memory = analysis.quantized().memory();
      Shape last = analysis.result().network().output().shape();
      long chosen = memory.activations() - 8L * INPUT.size() - 32L * last.size();
      assertEquals(memory.weights() + chosen, allocation.chosen().cost());
      assertEquals(2 + 2 + 3 + 2, pictures(analysis).getLength());
    }
  }

  @Test
  void placingChangesNoNetwork() {
    Analysis placed = analyze(QuantizeOptions.defaults(), Quantizer::quantizeAndPlace);
    assertArrayEquals(
        QuantizedOnnx.toBytes(uniform.result().network()),
        QuantizedOnnx.toBytes(placed.result().network()));
  }

  /** The curve is convex and falls: every line through two neighbours lies below all others. */
  private static void assertNotBelowTheCurve(Allocation allocation) {
    Allocation.Point chosen = allocation.chosen();
    for (int i = 1; i < allocation.curve().size(); i++) {
      Allocation.Point before = allocation.curve().get(i - 1);
      Allocation.Point point = allocation.curve().get(i);
      assertTrue(point.cost() > before.cost() && point.divergence() < before.divergence());
      double slope =
          (point.divergence() - before.divergence()) / (double) (point.cost() - before.cost());
      double least = before.divergence() + slope * (chosen.cost() - before.cost());
      assertTrue(chosen.divergence() >= least - 1e-9 * Math.abs(least), chosen + " lies below");
    }
  }

  @Test
  void jsonHoldsEveryMeasurement() {
    JsonNode json = new ObjectMapper().valueToTree(JsonReport.of(allocated));
    for (String part : List.of("float", "quantized", "weightsOnly", "mapsOnly")) {
      for (String field : List.of("divergence", "agreementPercent", "weightBits", "peakMapBits")) {
        assertTrue(json.get(part).get(field).isNumber(), part + "." + field);
      }
      assertTrue(json.get(part).get("top1Percent").isNull(), part + " without labels");
      JsonNode agreement = json.get(part).get("agreementPercent");
      JsonNode interval = json.get(part).get("agreementPercentInterval");
      assertTrue(
          interval.get("low").asDouble() < interval.get("high").asDouble()
              && interval.get("low").asDouble() <= agreement.asDouble()
              && agreement.asDouble() <= interval.get("high").asDouble(),
          part + ": " + interval);
      assertTrue(json.get(part).get("top1PercentInterval").isNull(), part + " without labels");
    }
    assertEquals(3, json.get("layers").size());
    JsonNode layer = json.get("layers").get(0);
    assertEquals(1, layer.get("number").asInt());
    assertEquals("node_" + NASTY, layer.get("name").asText());
    assertTrue(layer.get("weightsAlone").get("sqnrDb").isNumber());
    assertTrue(layer.get("mapAlone").get("divergence").isNumber());
    assertEquals(6 * 3 * 9, sum(layer.get("weightDistribution").get("counts")));
    JsonNode last = json.get("layers").get(2);
    assertTrue(last.get("mapAlone").isNull() && last.get("mapBits").isNull());
    assertTrue(json.get("allocation").get("curve").size() >= 2);
    assertTrue(
        json.get("allocation").get("weightSensitivity").get("node_b").get("table3").isNumber());
    assertTrue(new ObjectMapper().valueToTree(JsonReport.of(uniform)).get("allocation").isNull());
  }

  @Test
  void writingReplacesAnOlderPageAndLeavesNothingBeside(@TempDir Path folder) throws IOException {
    Path file = Files.writeString(folder.resolve("report.html"), "old");
    HtmlReport.write(uniform, file);
    assertEquals(HtmlReport.render(uniform), Files.readString(file));
    try (Stream<Path> files = Files.list(folder)) {
      assertEquals(List.of(file), files.toList());
    }
  }

  private static long sum(JsonNode counts) {
    long sum = 0;
    for (JsonNode count : counts) {
      sum += count.asLong();
    }
    return sum;
  }

  private static List<String> paths(NodeList pictures, int index) {
    NodeList paths = ((Element) pictures.item(index)).getElementsByTagName("path");
    return java.util.stream.IntStream.range(0, paths.getLength())
        .mapToObj(i -> paths.item(i).getAttributes().getNamedItem("d").getTextContent())
        .toList();
  }

  private static NodeList pictures(Analysis analysis) throws Exception {
    return parse(HtmlReport.render(analysis)).getElementsByTagName("svg");
  }

  private static Document parse(String page) throws Exception {
    return DocumentBuilderFactory.newInstance()
        .newDocumentBuilder()
        .parse(new InputSource(new StringReader(page)));
  }
}
