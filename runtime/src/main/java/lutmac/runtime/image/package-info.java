/** Images in: arrays and pictures, their labels, and what preprocessing makes of them. */
package lutmac.runtime.image;
