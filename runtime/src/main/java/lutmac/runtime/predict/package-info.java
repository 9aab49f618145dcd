/** What networks compute for images, as NumPy arrays on disk: reference vectors for others. */
package lutmac.runtime.predict;
