/** Number formats of a network as planned, and as pinned by somebody. */
package lutmac.quant.plan;
