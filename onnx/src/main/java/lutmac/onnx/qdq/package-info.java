/**
 * Networks that other tools quantized in (QDQ, QCDQ): their integers become a quantized network.
 */
package lutmac.onnx.qdq;
