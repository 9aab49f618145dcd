/** The embedded example: rendered digits, the program that trains on them, the trained network. */
package lutmac.examples.digits;
