/**
 * What float and integer executors and training compute with: convolutions and their derivatives,
 * pooling. Integers are computed in floats, too, exactly.
 */
package lutmac.runtime.kernel;
