/** Files and directories that are written, replaced and deleted as a whole. */
package lutmac.network.file;
