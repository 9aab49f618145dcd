/**
 * The compiler: a quantized network to layer descriptors, memory images and predicted cycles
 * (docs/hardware.md sections 2 to 6).
 */
package lutmac.generator.program;
