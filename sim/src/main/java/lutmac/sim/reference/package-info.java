/** What the hardware's feature maps are compared with: the golden model, or a model held to it. */
package lutmac.sim.reference;
