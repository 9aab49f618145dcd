/** Scales channels and feature maps of the float network so that power-of-two formats fit them. */
package lutmac.quant.equalize;
