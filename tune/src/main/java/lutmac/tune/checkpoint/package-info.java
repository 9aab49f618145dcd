/** The file from which a stopped training goes on, and what tells one training from another. */
package lutmac.tune.checkpoint;
