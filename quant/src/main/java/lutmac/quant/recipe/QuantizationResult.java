package lutmac.quant.recipe;

import lutmac.quant.network.QuantizedNetwork;

/** A quantized network and how it came about. */
public record QuantizationResult(QuantizedNetwork network, QuantizationReport report) {}
