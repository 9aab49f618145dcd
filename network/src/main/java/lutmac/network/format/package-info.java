/** Number formats: what the integers of feature maps and weights mean, and how they are rounded. */
package lutmac.network.format;
