/**
 * The files and folders that a command or a call names: what is read, what is written, never both.
 */
package lutmac.api.files;
