/** The whole way from a float network and images to a quantized network. */
package lutmac.quant.quantize;
