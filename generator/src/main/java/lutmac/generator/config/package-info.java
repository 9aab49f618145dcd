/** One accelerator's parameters: array, widths, buffers. RTL depends on these and on no network. */
package lutmac.generator.config;
