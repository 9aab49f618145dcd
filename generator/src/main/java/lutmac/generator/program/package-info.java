/**
 * The compiler: a quantized network to layer descriptors, memory images and predicted cycles
 * (docs/hardware.md sections 2 to 6). A layer is lowered to its descriptor, lowered layers are
 * placed in the memories.
 */
package lutmac.generator.program;
