/** What training computes on the feature maps of a few images at once, convolutions aside. */
package lutmac.tune.kernel;
