/** The choices of a user: which formats, within which budget, by which steps. */
package lutmac.quant.recipe;
