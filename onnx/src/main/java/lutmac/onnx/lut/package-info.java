/**
 * Our own file out and in: a graph that any runtime executes exactly, and a description from which
 * the network is read back.
 */
package lutmac.onnx.lut;
