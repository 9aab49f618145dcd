/**
 * What the files that are written have in common: nodes, initializers, and the layers' operators on
 * real values.
 */
package lutmac.onnx.writer;
