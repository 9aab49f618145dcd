/**
 * Matrix products in single precision by OpenBLAS, the library that ND4J computes with, on memory
 * outside the Java heap. The only package that sees either.
 */
package lutmac.runtime.matrix;
