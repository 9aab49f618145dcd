/** Tables in plain text. */
package lutmac.network.text;
