/** What errors of weights and maps do to the float network's result. */
package lutmac.quant.sensitivity;
