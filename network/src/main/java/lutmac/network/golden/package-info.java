/**
 * What a quantized network computes, as plain integer loops: the reference that everything else is
 * held to.
 */
package lutmac.network.golden;
