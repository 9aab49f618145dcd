package lutmac.quant.hardware;

/**
 * Time that an accelerator takes for a layer and one image.
 *
 * @param layer name of the network's layer; of what is no layer of the network, any other
 * @param cycles clock cycles
 * @param steps cycles in which the array takes a step; 0 where it is not used
 */
public record LayerTime(String layer, long cycles, long steps) {}
