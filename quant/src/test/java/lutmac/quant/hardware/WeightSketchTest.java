package lutmac.quant.hardware;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lutmac.network.format.SignedDigits;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.quantized.RandomNetworks;
import lutmac.network.quantized.WeightPlane;
import lutmac.quant.plan.WeightFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

class WeightSketchTest {
  private static final List<WeightFormat> FORMATS =
      Stream.concat(
              Stream.of(1, 2, 3, 4).map(bits -> new WeightFormat.Table(bits, 2)),
              Stream.concat(
                  Stream.of(new WeightFormat.Table(4, 1)),
                  Stream.of(2, 4, 5, 6, 7, 8).map(WeightFormat.FixedPoint::new)))
          .map(WeightFormat.class::cast)
          .toList();

  @Property(tries = 50)
  void layersHaveTheFormatAndAllElseStays(@ForAll long seed) {
    QuantizedNetwork network = RandomNetworks.network(seed);
    for (WeightFormat format : FORMATS) {
      QuantizedNetwork sketch = WeightSketch.of(network, names(network), format);
      assertEquals(network.layers().size(), sketch.layers().size());
      for (int i = 0; i < network.macLayers().size(); i++) {
        MacLayer before = network.macLayers().get(i);
        MacLayer layer = sketch.macLayers().get(i);
        assertEquals(format.bits(), layer.weightBits());
        for (WeightPlane plane : layer.planes()) {
          int most = format.fold(WeightFormat.Table::digits, fixed -> 2);
          plane
              .codebook()
              .levels()
              .forEach(level -> assertTrue(SignedDigits.count(level) <= most, format.label()));
        }
        assertEquals(before.output(), layer.output());
        assertEquals(before.stage(), layer.stage());
        assertArrayEquals(before.bias(), layer.bias());
      }
    }
  }

  @Property(tries = 20)
  void otherLayersStayAsTheyAre(@ForAll long seed) {
    QuantizedNetwork network = RandomNetworks.network(seed);
    QuantizedNetwork sketch = WeightSketch.of(network, Set.of(), new WeightFormat.FixedPoint(8));
    for (int i = 0; i < network.layers().size(); i++) {
      assertSame(network.layers().get(i), sketch.layers().get(i));
    }
  }

  @Property(tries = 20)
  void timesAreThoseOfTheFormatsThatTheHardwareComputes(@ForAll long seed) {
    QuantizedNetwork network = RandomNetworks.network(seed);
    Map<WeightFormat, HardwareUse> both = times(network, 2).uses();
    assertEquals(Set.copyOf(FORMATS), both.keySet());
    for (MacLayer layer : network.macLayers()) {
      long one = both.get(new WeightFormat.Table(4, 2)).steps(layer.name());
      assertEquals(2 * one, both.get(new WeightFormat.FixedPoint(8)).steps(layer.name()));
    }
    assertTrue(times(network, 1).uses().keySet().stream().allMatch(format -> format.bits() <= 4));
  }

  private static FormatTimes times(QuantizedNetwork network, int planes) {
    return FormatTimes.of(new PlainArray(4, 4, planes, false), network, names(network), FORMATS);
  }

  private static Set<String> names(QuantizedNetwork network) {
    return network.macLayers().stream().map(MacLayer::name).collect(Collectors.toSet());
  }
}
