/**
 * Tables of weight levels and the rounding of weights to them: the exact best table, and rounding
 * whose errors cancel in the output.
 */
package lutmac.quant.codebook;
