/** What training moves: numbers with their optimizer, and the sums of their gradients. */
package lutmac.tune.parameter;
