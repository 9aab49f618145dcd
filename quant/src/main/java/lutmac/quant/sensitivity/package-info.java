/** What errors of weights and feature maps do to the float network's result. */
package lutmac.quant.sensitivity;
