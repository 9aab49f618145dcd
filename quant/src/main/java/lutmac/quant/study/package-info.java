/**
 * The float network as the quantizer sees it: lowered, equalized, measured on calibration images.
 */
package lutmac.quant.study;
