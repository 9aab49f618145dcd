/** Which layer and which map gets which format. */
package lutmac.quant.allocate;
