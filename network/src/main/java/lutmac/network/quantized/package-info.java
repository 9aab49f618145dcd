/**
 * A quantized network as records: layers, feature maps, weights, and the exact range of their sums.
 */
package lutmac.network.quantized;
