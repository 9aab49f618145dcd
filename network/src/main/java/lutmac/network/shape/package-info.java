/** Extents of feature maps and of the windows that slide over them. */
package lutmac.network.shape;
