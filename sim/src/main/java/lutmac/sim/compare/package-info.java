/**
 * One image's writes against what the reference says: counts words, finds the first wrong one and
 * names its layer, pixel and channel.
 */
package lutmac.sim.compare;
