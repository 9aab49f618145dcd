package lutmac.generator.design;

import java.util.List;
import lutmac.generator.program.OutputView;

/**
 * A map that the network returns, in {@code design.json}; {@link OutputView} says where its
 * elements are.
 *
 * @param shape {@code [C, H, W]}
 * @param laneBits bits of a lane
 * @param planes words of a pixel: 4 for accumulators, a byte of them each, else 1
 * @param regions words to read
 * @param channelAddresses address of the word of pixel 0, per channel
 * @param channelBits lowest bit of the lane in the word, per channel
 */
record OutputJson(
    String name,
    List<Integer> shape,
    FormatJson format,
    int laneBits,
    int planes,
    List<OutputView.Region> regions,
    List<Integer> channelAddresses,
    List<Integer> channelBits) {

  static OutputJson of(OutputView view) {
    return new OutputJson(
        view.tensor().name(),
        InputJson.shape(view.tensor().shape()),
        FormatJson.of(view.tensor().format()),
        view.laneBits(),
        view.planes(),
        view.regions(),
        view.addresses(),
        view.bits());
  }
}
