/**
 * Files and directories that are written, replaced and deleted as a whole, and the hash of what
 * they hold.
 */
package lutmac.network.file;
