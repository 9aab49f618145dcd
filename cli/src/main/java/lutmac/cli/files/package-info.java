/** The files and folders that a command line names: what is read, what is written, never both. */
package lutmac.cli.files;
