/** Which layer and which feature map gets which format. */
package lutmac.quant.allocate;
