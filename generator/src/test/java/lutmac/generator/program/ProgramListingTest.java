package lutmac.generator.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import lutmac.generator.pe.CsdStyle;
import lutmac.network.quantized.QuantizedNetwork;
import org.junit.jupiter.api.Test;

class ProgramListingTest {

  @Test
  void namesLayersFieldsAndTableEntries() {
    QuantizedNetwork network = Networks.leNet5();
    CompiledNetwork compiled =
        NetworkCompiler.compile(network, ConfigChooser.choose(network, 8, 8, new CsdStyle()));
    String listing = ProgramListing.of(compiled);
    assertTrue(listing.contains("layer 0: c1 + s2 -> s2_out [6, 14, 14]\n"), listing);
    assertTrue(listing.contains("px_n = 2, py_n = 2\n"), listing);
    assertTrue(listing.contains("code  3 = +2^4 -2^0\n"), listing);
    assertTrue(listing.contains("last_layer"), listing);
    long words = listing.lines().filter(line -> line.startsWith("  ")).count();
    assertEquals(compiled.program().length, words);
  }
}
