/** Files that are written completely or not at all. */
package lutmac.network.file;
