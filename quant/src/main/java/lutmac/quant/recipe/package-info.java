/** The choices of a user: which formats, within which budget, by which techniques. */
package lutmac.quant.recipe;
