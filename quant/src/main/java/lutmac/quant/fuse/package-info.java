/**
 * Layer fusion: the float network in layers that one hardware layer computes each, and these layers
 * in float.
 */
package lutmac.quant.fuse;
