/** An analysis as JSON and as one self-contained HTML page with plots. */
package lutmac.quant.report;
