/**
 * What every module agrees on: the limits of the hardware and the one kind of refusal that a user
 * sees.
 */
package lutmac.network;
