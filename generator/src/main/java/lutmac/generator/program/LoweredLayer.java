package lutmac.generator.program;

import java.util.Optional;
import lutmac.generator.pe.StepCodes;
import lutmac.rtl.layout.DescriptorField;

/**
 * A layer's descriptor before it has addresses: bases are 0, and the start address is relative to
 * the input's region.
 *
 * @param codes weight codes in step order; empty for a pool
 * @param accBits width that every sum of a segment fits; 0 for a pool
 */
record LoweredLayer(
    HardwareLayer layer,
    Arrangement arrangement,
    Descriptor descriptor,
    Optional<StepCodes> codes,
    int accBits) {

  /** Words of weight memory that the layer takes. */
  long weightWords() {
    return descriptor.get(DescriptorField.OB_N) * descriptor.get(DescriptorField.STEPS);
  }

  /** Words of parameter memory that the layer takes. */
  int parameterWords() {
    return codes.isPresent() ? descriptor.getInt(DescriptorField.OB_N) : 0;
  }
}
