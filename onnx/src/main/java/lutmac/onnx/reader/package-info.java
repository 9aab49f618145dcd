/**
 * Float networks in: the many spellings of ONNX operators become the few operators of a network.
 */
package lutmac.onnx.reader;
