/**
 * lutmac as a library: {@link lutmac.api.Lutmac} goes the whole way, file by file, with records for
 * what comes out. The modules below it have the parts.
 */
package lutmac.api;
