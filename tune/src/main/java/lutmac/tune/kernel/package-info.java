/**
 * Convolutions with their derivatives on the feature maps of a few images at once, and the matrix
 * products that they are made of.
 */
package lutmac.tune.kernel;
