package lutmac.generator.program;

import lutmac.network.quantized.Tensor;

/**
 * Where one hardware layer leaves its result in the feature-map buffer, so that a word that the
 * core writes can be named as pixel and channels.
 *
 * @param index position in the program, as {@code mon_layer_o} shows it
 * @param name the network layer, and the pool fused behind it if there is one
 * @param output the feature map that it makes (behind a fused pool: the pooled one)
 * @param baseAddress word address of block 0, pixel 0
 * @param blockStride words from one block of M channels to the next
 * @param raw int32 accumulators, four words (byte planes) a pixel
 * @param macs useful multiply-accumulates of one image; 0 for a pool
 */
public record LayerPlacement(
    int index,
    String name,
    Tensor output,
    int baseAddress,
    int blockStride,
    boolean raw,
    long macs) {}
