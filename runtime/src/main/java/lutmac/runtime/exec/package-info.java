/**
 * Whole networks on images: one float executor, one exact integer executor, and the accuracy that
 * they have.
 */
package lutmac.runtime.exec;
