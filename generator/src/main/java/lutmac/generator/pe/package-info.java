/**
 * The styles of processing elements: what the array's table holds and how long a segment may be.
 */
package lutmac.generator.pe;
