/**
 * Operators on integer codes, of ONNX and of other sets, spelled as float operators between
 * DequantizeLinear and QuantizeLinear.
 */
package lutmac.onnx.qoperator;
