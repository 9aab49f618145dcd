/**
 * The quantized network in training: forward in the hardware's integers, backward as if nothing
 * were rounded, and at any time the quantized network that its parameters stand for.
 */
package lutmac.tune.student;
