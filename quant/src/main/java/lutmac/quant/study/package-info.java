/** The float network as the quantizer sees it: fused, equalized, measured on calibration images. */
package lutmac.quant.study;
