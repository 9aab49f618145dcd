package lutmac.cli;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import lutmac.sim.compare.Mismatch;
import lutmac.sim.report.SimulatedLayer;
import lutmac.sim.report.SimulationReport;

/** A simulation report for machines. */
final class SimulationJson {
  private SimulationJson() {}

  static Map<String, Object> of(SimulationReport report) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("network", report.network());
    json.put("array", report.array());
    json.put("verdict", report.verdict().name().toLowerCase(Locale.ROOT).replace('_', '-'));
    json.put("images", report.images());
    json.put("reference", report.comparison().reference());
    json.put("goldenImages", report.comparison().goldenImages());
    json.put("wordsCompared", report.wordsCompared());
    json.put("mismatches", report.mismatches());
    json.put("cyclesPerImage", report.cyclesPerImage());
    json.put("busyShare", report.busyShare());
    json.put("layers", report.layers().stream().map(SimulationJson::layer).toList());
    json.put("firstMismatch", report.firstMismatch().map(SimulationJson::mismatch).orElse(null));
    json.put("failure", report.failure().orElse(null));
    json.put("waveform", report.waveform().map(Object::toString).orElse(null));
    json.put("buildSeconds", report.timing().buildSeconds());
    json.put("cyclesPerSecond", report.timing().cyclesPerSecond());
    return json;
  }

  private static Map<String, Object> layer(SimulatedLayer layer) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("name", layer.name());
    json.put("wordsCompared", layer.wordsCompared());
    json.put("mismatches", layer.mismatches());
    json.put("cyclesPerImage", layer.cycles());
    json.put("busyShare", layer.busyShare());
    json.put("steps", layer.steps());
    json.put("macs", layer.macs());
    return json;
  }

  private static Map<String, Object> mismatch(Mismatch mismatch) {
    Map<String, Object> json = new LinkedHashMap<>();
    json.put("image", mismatch.image());
    json.put("layer", mismatch.layerName());
    json.put("description", mismatch.describe());
    return json;
  }
}
