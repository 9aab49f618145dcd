package lutmac.generator.design;

import lutmac.generator.emit.DesignName;
import lutmac.network.quantized.QuantizedNetwork;

/**
 * What a design directory says beside network and hardware.
 *
 * @param name of the design
 * @param clockMegahertz the clock that its constraints ask for
 * @param sample an image and its answers
 */
public record DesignSettings(DesignName name, double clockMegahertz, SampleImage sample) {
  /** The clock that nobody has chosen. */
  public static final double DEFAULT_CLOCK_MEGAHERTZ = 100;

  public DesignSettings {
    if (!(clockMegahertz > 0 && clockMegahertz <= 10_000)) {
      throw new IllegalArgumentException(
          "a clock has up to 10000 MHz, got %s".formatted(clockMegahertz));
    }
  }

  /** The usual clock and a seeded image, its answers by the golden model. */
  public static DesignSettings of(DesignName name, QuantizedNetwork network) {
    return new DesignSettings(
        name,
        DEFAULT_CLOCK_MEGAHERTZ,
        SampleImage.golden(network, SampleImage.seededSource(), SampleImage.seededCodes(network)));
  }
}
