package lutmac.cli;

import java.nio.file.Path;
import lutmac.cli.files.ImagesInput;
import lutmac.generator.design.DesignSettings;
import lutmac.generator.design.SampleImage;
import lutmac.generator.emit.DesignName;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.LayerPlacement;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.runtime.exec.IntegerExecutor;
import lutmac.runtime.image.ImageSets;
import lutmac.runtime.image.Preprocessor;
import picocli.CommandLine.Option;

/** What a design brings along beside the hardware: a sample image, constraints. */
final class KitOptions {
  /** Where the golden model's plain loops take over a second or two. */
  private static final long MANY_MACS = 200_000_000;

  @Option(
      names = "--clock",
      paramLabel = "MHZ",
      defaultValue = "100",
      description =
          "The clock that the design's constraints ask for and that its images a second are"
              + " predicted at, in MHz, up to 10000.")
  private double clock = DesignSettings.DEFAULT_CLOCK_MEGAHERTZ;

  @Option(
      names = "--sample",
      paramLabel = "IMAGES",
      description =
          "Images, the first of which the design's own testbench runs: .npy, or a .zip or folder of"
              + " JPEG or PNG (random codes by default).")
  private ImagesInput sample;

  /** The clock in MHz. */
  double clock() {
    return clock;
  }

  /** The settings of a design. */
  DesignSettings settings(CompiledNetwork compiled, DesignName name) {
    SampleImage image = image(compiled);
    return Arguments.checked("--clock", () -> new DesignSettings(name, clock, image));
  }

  private SampleImage image(CompiledNetwork compiled) {
    QuantizedNetwork network = compiled.network();
    return sample == null
        ? answered(compiled, SampleImage.seededSource(), SampleImage.seededCodes(network))
        : first(compiled, sample.path());
  }

  /** The first image of a set, answered. */
  static SampleImage first(CompiledNetwork compiled, Path file) {
    InputEncoding encoding = compiled.network().input();
    int[] codes = Preprocessor.of(ImageSets.read(file), encoding).codes(0, encoding);
    return answered(compiled, "%s, image 0".formatted(file.getFileName()), codes);
  }

  private static SampleImage answered(CompiledNetwork compiled, String source, int[] codes) {
    QuantizedNetwork network = compiled.network();
    long macs = compiled.layers().stream().mapToLong(LayerPlacement::macs).sum();
    return macs < MANY_MACS
        ? SampleImage.golden(network, source, codes)
        : SampleImage.fast(source, codes, new IntegerExecutor(network)::runAll);
  }
}
