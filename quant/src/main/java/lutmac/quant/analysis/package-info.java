/**
 * What quantization does to a network, part by part: all weights alone, all feature maps alone,
 * every layer's weights and every layer's feature map alone; and what those hold.
 */
package lutmac.quant.analysis;
