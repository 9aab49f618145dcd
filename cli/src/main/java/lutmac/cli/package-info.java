/**
 * The {@code lutmac} command: options in, calls of the modules below, text or JSON and an exit code
 * out. No logic of its own.
 */
package lutmac.cli;
