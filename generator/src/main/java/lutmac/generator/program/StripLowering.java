package lutmac.generator.program;

import java.util.List;

/**
 * Makes the descriptors of some rows of a layer, with bases relative to the regions of its maps.
 */
@FunctionalInterface
interface StripLowering {
  List<LoweredLayer> lower(Strip strip);
}
