/**
 * Training after quantization: a quantized network learns to give the results of the float network
 * that it was made from.
 */
package lutmac.tune;
