package lutmac.cli;

import lutmac.api.DesignSample;
import lutmac.api.files.ImagesInput;
import lutmac.generator.design.DesignSettings;
import lutmac.generator.design.SampleImage;
import lutmac.generator.emit.DesignName;
import lutmac.generator.program.CompiledNetwork;
import picocli.CommandLine.Option;

/** What a design brings along beside the hardware: a sample image, constraints. */
final class KitOptions {
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
    SampleImage image =
        sample == null
            ? DesignSample.seeded(compiled)
            : DesignSample.first(compiled, sample.path());
    return Arguments.checked("--clock", () -> new DesignSettings(name, clock, image));
  }
}
