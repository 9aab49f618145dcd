/** The design directory, written whole or not at all, and read back. */
package lutmac.generator.design;
