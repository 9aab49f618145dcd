/** QONNX out, for FINN, hls4ml and other generators. */
package lutmac.onnx.qonnx;
