/** What decides the hardware, and how large its memories are. */
package lutmac.generator.config;
