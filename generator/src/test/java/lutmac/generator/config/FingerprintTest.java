package lutmac.generator.config;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;

import lutmac.generator.pe.PeStyles;
import org.junit.jupiter.api.Test;

class FingerprintTest {
  private static AcceleratorConfig config(int rows, String style, int weightWords) {
    return new AcceleratorConfig(
        rows, 4, PeStyles.named(style), Features.PLAIN, 20, 1024, weightWords, 64, 256);
  }

  @Test
  void belongsToTheConfigurationWhateverTheBus() {
    AcceleratorConfig config = config(2, "csd", 512);
    assertEquals(config.fingerprint(), config(2, "csd", 512).fingerprint());
    assertEquals(config.fingerprint(), config.with(new Bus.Axi(40, 128)).fingerprint());
    assertNotEquals(config.fingerprint(), config(3, "csd", 512).fingerprint());
    assertNotEquals(config.fingerprint(), config(2, "bins", 512).fingerprint());
    assertNotEquals(config.fingerprint(), config(2, "csd", 1024).fingerprint());
  }
}
