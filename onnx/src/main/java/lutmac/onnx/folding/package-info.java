/**
 * What a graph computes from constants alone, shapes above all: evaluated when it is read, by one
 * rule an operator.
 */
package lutmac.onnx.folding;
