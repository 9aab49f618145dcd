/** A trained network in float32, as few kinds of operators: what is quantized. */
package lutmac.network.floating;
