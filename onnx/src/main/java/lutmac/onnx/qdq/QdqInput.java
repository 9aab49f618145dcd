package lutmac.onnx.qdq;

import lutmac.network.floating.FloatOp;
import lutmac.network.quantized.ConcatLayer;
import lutmac.network.quantized.MacLayer;
import lutmac.network.quantized.MaxPoolLayer;
import lutmac.network.quantized.QuantizedLayer;
import lutmac.network.quantized.Skip;
import lutmac.network.quantized.Tensor;
import lutmac.onnx.model.Refusal;

/** Gives the network's input other codes around it after layers have read it. */
final class QdqInput {
  private QdqInput() {}

  /** A layer that reads {@code after} wherever it read {@code before}. */
  static QuantizedLayer replaced(QuantizedLayer layer, Tensor before, Tensor after) {
    return layer.fold(
        mac ->
            new MacLayer(
                mac.name(),
                mac.input().equals(before) ? after : mac.input(),
                mac.output(),
                mac.skip()
                    .map(
                        skip ->
                            skip.source().equals(before)
                                ? new Skip(after, skip.alignment())
                                : skip),
                mac.window(),
                mac.groups(),
                mac.sumPixels(),
                mac.planes(),
                mac.bias(),
                mac.stage()),
        pool ->
            new MaxPoolLayer(
                pool.name(),
                pool.input().equals(before) ? after : pool.input(),
                pool.output(),
                pool.window()),
        concat ->
            new ConcatLayer(
                concat.name(),
                concat.inputs().stream().map(in -> in.equals(before) ? after : in).toList(),
                concat.output()));
  }

  /** An operand that is the input, with the codes around it that {@code input} has. */
  static Operand replaced(Operand operand, Tensor input) {
    return operand.<Operand>fold(
        raw -> raw,
        stored -> stored.tensor().name().equals(input.name()) ? new Operand.Stored(input) : stored,
        mean -> mean.tensor().name().equals(input.name()) ? new Operand.Mean(input) : mean,
        sum -> sum.linear().input().name().equals(input.name()) ? replaced(sum, input) : sum,
        joined -> joined);
  }

  private static Operand.Sum replaced(Operand.Sum sum, Tensor input) {
    Operand.Linear linear = sum.linear();
    requireZeroPadding(linear.conv(), input);
    return new Operand.Sum(
        new Operand.Linear(
            linear.name(),
            input,
            linear.inputFrac(),
            linear.conv(),
            linear.sumPixels(),
            linear.divisor(),
            linear.bias(),
            linear.shape()),
        sum.skip().map(skip -> skip.name().equals(input.name()) ? input : skip),
        sum.lo(),
        sum.hi(),
        sum.offset(),
        sum.pools(),
        sum.function());
  }

  /** A convolution pads with zeros: what it reads must have none but these around it. */
  static void requireZeroPadding(FloatOp.Conv conv, Tensor input) {
    if (conv.window().padded() && input.padCodes().stream().anyMatch(code -> code != 0)) {
      throw Refusal.ofQuantization(
          "a layer takes a constant off the network's input, and another one pads that with zeros; take the constant off for both");
    }
  }
}
