/**
 * An ONNX file as it is read: its nodes in order, with typed access to attributes and constants.
 */
package lutmac.onnx.model;
