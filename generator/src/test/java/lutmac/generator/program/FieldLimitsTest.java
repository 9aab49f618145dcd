package lutmac.generator.program;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import lutmac.network.HardwareLimits;
import lutmac.rtl.layout.DescriptorField;
import lutmac.rtl.layout.DigitField;
import lutmac.rtl.layout.DrainField;
import lutmac.rtl.layout.Layouts;
import lutmac.rtl.layout.Memory;
import lutmac.rtl.layout.ParameterField;
import org.junit.jupiter.api.Test;

/** The hardware's fields hold exactly what the quantizer is told that the hardware can do. */
class FieldLimitsTest {

  @Test
  void parametersHoldEveryBiasAndEveryShift() {
    assertEquals(HardwareLimits.ACCUMULATOR_BITS, ParameterField.BIAS.width());
    assertTrue(ParameterField.BIAS.signed());
    assertEquals(HardwareLimits.MAX_SHIFT, ParameterField.SHIFT.max());
    assertEquals(HardwareLimits.MAX_SHIFT, ParameterField.ALIGN.max());
  }

  @Test
  void memoriesHoldEveryCode() {
    assertEquals(HardwareLimits.MAX_CODE_BITS, Memory.WEIGHTS.elementBits());
    assertEquals(HardwareLimits.MAX_ACTIVATION_BITS, Memory.FEATURE_MAPS.elementBits());
  }

  @Test
  void tablesNameEveryLevel() {
    assertEquals(HardwareLimits.MAX_CODE_BITS, DrainField.BIN.width());
    assertEquals(HardwareLimits.LEVEL_BITS - 1, DigitField.SHIFT.max());
    assertTrue(1 << HardwareLimits.MAX_CODE_BITS <= 1 << Layouts.TABLE_ADDRESS_BITS);
    assertTrue(1 << Layouts.TABLE_ADDRESS_BITS <= DescriptorField.TABLE_N.max());
  }

  @Test
  void clampHoldsEveryActivationCode() {
    long codes = 1L << HardwareLimits.MAX_ACTIVATION_BITS;
    assertTrue(DescriptorField.LO.min() <= -codes / 2 && DescriptorField.HI.max() >= codes - 1);
  }
}
