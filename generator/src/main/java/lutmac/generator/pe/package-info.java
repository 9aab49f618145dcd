/**
 * The styles of processing elements: what the array's table holds, how long a segment may be, what
 * can be chosen. A style is one class here, one template and one line in {@link
 * lutmac.generator.pe.PeStyles}.
 */
package lutmac.generator.pe;
