/**
 * The styles of processing elements: what an array is loaded with, how long it takes and what can
 * be chosen about it. A style is one class here, one template and one line in {@link
 * lutmac.generator.pe.PeStyles}.
 */
package lutmac.generator.pe;
