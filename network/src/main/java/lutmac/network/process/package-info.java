/** Other people's programs: where they are, and running one to its end. */
package lutmac.network.process;
