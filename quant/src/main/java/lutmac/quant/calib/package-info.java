/**
 * What calibration images say about feature maps: their ranges and samples, the windows that layers
 * see in them, and the number format that suits them best.
 */
package lutmac.quant.calib;
