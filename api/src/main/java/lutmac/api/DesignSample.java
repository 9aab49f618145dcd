package lutmac.api;

import java.nio.file.Path;
import lutmac.generator.design.SampleImage;
import lutmac.generator.program.CompiledNetwork;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.runtime.exec.IntegerExecutor;
import lutmac.runtime.image.ImageSets;
import lutmac.runtime.image.Preprocessor;

/** The image that a design's own testbench runs, answered in a second or two. */
public final class DesignSample {
  /** Where the golden model's plain loops take longer. */
  private static final long MANY_MACS = 200_000_000;

  private DesignSample() {}

  /** Random codes, the same ones every time. */
  public static SampleImage seeded(CompiledNetwork compiled) {
    return answered(
        compiled, SampleImage.seededSource(), SampleImage.seededCodes(compiled.network()));
  }

  /** The first image of a set. */
  public static SampleImage first(CompiledNetwork compiled, Path file) {
    InputEncoding encoding = compiled.network().input();
    int[] codes = Preprocessor.of(ImageSets.read(file), encoding).codes(0, encoding);
    return answered(compiled, "%s, image 0".formatted(file.getFileName()), codes);
  }

  private static SampleImage answered(CompiledNetwork compiled, String source, int[] codes) {
    QuantizedNetwork network = compiled.network();
    long macs = compiled.macs();
    return macs < MANY_MACS
        ? SampleImage.golden(network, source, codes)
        : SampleImage.fast(source, codes, new IntegerExecutor(network)::runAll);
  }
}
