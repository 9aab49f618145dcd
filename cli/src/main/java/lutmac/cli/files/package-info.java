/** How a command line names files and folders. */
package lutmac.cli.files;
