package lutmac.network.quantized;

import java.util.Objects;
import lutmac.network.format.Codebook;

/**
 * One addend of a layer's weights: {@code L[c]} for every weight.
 *
 * @param codebook L
 * @param codes {@code [O, I / groups, Kh, Kw]} row major
 */
public record WeightPlane(Codebook codebook, byte[] codes) {
  public WeightPlane {
    Objects.requireNonNull(codebook, "codebook");
    int levels = codebook.levels().size();
    for (byte code : codes) {
      if (code < 0 || code >= levels) {
        throw new IllegalArgumentException(
            "weight code %d outside its table of %d".formatted(code, levels));
      }
    }
  }
}
