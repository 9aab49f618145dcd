/**
 * Formats become numbers: a plan is carried out layer after layer, weights fitted to what comes in.
 */
package lutmac.quant.fit;
