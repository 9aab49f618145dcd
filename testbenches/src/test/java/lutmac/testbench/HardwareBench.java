package lutmac.testbench;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import lutmac.cli.ArraySize;
import lutmac.cli.TargetHardware;
import lutmac.generator.pe.PeStyle;
import lutmac.generator.pe.PeStyles;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.quantized.QuantizedNetwork;
import lutmac.network.text.TextTable;
import lutmac.onnx.reader.OnnxReader;
import lutmac.quant.plan.ActivationFormat;
import lutmac.quant.plan.WeightFormat;
import lutmac.quant.quantize.Quantizer;
import lutmac.quant.recipe.Budget;
import lutmac.quant.recipe.PhaseProgress;
import lutmac.quant.recipe.QuantizeOptions;
import lutmac.quant.recipe.Recipe;
import lutmac.runtime.image.ImageSet;
import lutmac.testbench.HardwareRow.Bar;
import lutmac.testbench.HardwareRow.Measured;
import lutmac.testbench.networks.ShownNetwork;

/**
 * Prints how busy real networks keep the array, cycle for cycle in the RTL, and what they take of
 * on-chip memory, against the bars that the project sets itself. {@code testbenches/bench.sh
 * hardware} starts it; further arguments pick the rows that contain one of them, {@code predicted}
 * leaves the RTL out, {@code luts} adds the look-up tables of MLPerf Tiny's accelerators.
 */
public final class HardwareBench {
  private HardwareBench() {}

  /** Exit status 1 if a row misses its bar. */
  public static void main(String[] args) {
    List<String> wanted = new ArrayList<>(List.of(args));
    boolean predictedOnly = wanted.remove("predicted");
    wanted.replaceAll(part -> part.toLowerCase(Locale.ROOT));
    boolean luts = wanted.remove("luts");
    System.exit(new HardwareBench().run(wanted, predictedOnly, luts) ? 0 : 1);
  }

  private boolean run(List<String> wanted, boolean predictedOnly, boolean luts) {
    TextTable table =
        new TextTable(
            HardwareRow.HEADER.stream()
                .map(
                    heading ->
                        List.of("network", "setting", "array", "verdict").contains(heading)
                            ? TextTable.Column.name(heading)
                            : TextTable.Column.figure(heading))
                .toList());
    List<Measured> all = new ArrayList<>();
    for (HardwareRow row : rows()) {
      if (wanted.isEmpty() || wanted.stream().anyMatch(title(row)::contains)) {
        System.err.println("measuring: " + title(row));
        Measured measured = row.measure(predictedOnly);
        System.err.println("  " + measured.line());
        all.add(measured);
        table.row(measured.cells());
      }
    }
    System.out.printf(
        "%nOne image of each network on its array: cycles of the RTL, what the cycle model is off"
            + " (in the layer where it is%nfurthest off), useful multiply-accumulates of those that"
            + " the array could do and that the weights' port could%nfeed a single row; on-chip"
            + " memory in use, descriptors included, and over what the quantizer counts for its"
            + " numbers%n%s%n",
        table);
    MlperfTiny.print(all, luts);
    return all.stream().allMatch(Measured::met);
  }

  private static String title(HardwareRow row) {
    return "%s %s %s %dx%d"
        .formatted(row.network(), row.setting(), row.pe().name(), row.rows(), row.cols())
        .toLowerCase(Locale.ROOT);
  }

  private List<HardwareRow> rows() {
    PeStyle csd = PeStyles.named("csd");
    PeStyle bins = PeStyles.named("bins");
    Supplier<Subject> resnet20 = Subject.real(RealNetwork.RESNET20);
    Supplier<Subject> resnet8 = Subject.real(RealNetwork.RESNET8);
    List<HardwareRow> rows = new ArrayList<>();
    rows.add(row("ResNet-20", "W4/A8", resnet20, csd, 16, 16, Bar.busy(99)));
    rows.add(row("ResNet-20", "W4/A8", resnet20, csd, 14, 16, Bar.busy(95)));
    rows.add(row("ResNet-20", "W4/A8", resnet20, bins, 14, 16, Bar.busy(94)));
    rows.add(row("ResNet-20", "W4/A8", resnet20, csd, 7, 8, Bar.NONE));
    rows.add(row("ResNet-20", "W4/A8", resnet20, csd, 8, 8, Bar.NONE));
    rows.add(row("ResNet-8", "W4/A8", resnet8, csd, 14, 16, Bar.busy(95)));
    rows.add(row("ResNet-8", "W4/A8", resnet8, bins, 14, 16, Bar.busy(90)));
    rows.add(
        row(
            "ResNet-20",
            "budget 8x for it",
            smaller(csd, 14, 16),
            csd,
            14,
            16,
            Bar.NONE.memory(1.15)));
    rows.add(row("ResNet-20", "W8/A8", bytes(), csd, 14, 16, Bar.busy(95).ofSteps(2)));
    rows.add(
        row(
            "DS-CNN",
            "W4/A8",
            Subject.real(RealNetwork.DSCNN),
            csd,
            14,
            16,
            Bar.busy(60).cycles(20_000)));
    rows.add(
        row(
            "VWW MobileNetV1",
            "W4/A8",
            personDetector(),
            csd,
            14,
            16,
            Bar.busy(50).cycles(70_000)));
    for (ShownNetwork shown : ShownNetwork.values()) {
      String name = shown.name().toLowerCase(Locale.ROOT).replace('_', ' ');
      rows.add(row(name, "W4/A8, seeded", Subject.seeded(shown), csd, 14, 16, Bar.NONE));
    }
    rows.add(
        row(
            "five convolutions",
            "W4/A8, seeded",
            Subject.seeded(ShownNetwork.FIVE_CONVOLUTIONS),
            csd,
            9,
            4,
            Bar.busy(80)));
    rows.add(
        row(
            "five convolutions",
            "W4/A8, seeded",
            Subject.seeded(ShownNetwork.FIVE_CONVOLUTIONS),
            csd,
            4,
            9,
            Bar.NONE));
    rows.addAll(
        MlperfTiny.rows(
            resnet8,
            Subject.real(RealNetwork.DSCNN),
            personDetector(),
            Subject.seeded(ShownNetwork.AUTOENCODER)));
    rows.add(
        new HardwareRow(
            "MobileNetV2 @224",
            "W4/A8",
            Subject.real(RealNetwork.MOBILENETV2),
            csd,
            14,
            16,
            false,
            Bar.busy(60).cycles(2_300_000)));
    return rows;
  }

  private static HardwareRow row(
      String network,
      String setting,
      Supplier<Subject> subject,
      PeStyle pe,
      int rows,
      int cols,
      Bar bar) {
    return new HardwareRow(network, setting, subject, pe, rows, cols, true, bar);
  }

  /** What {@code quantize --budget 8x --target hardware} makes for an array. */
  private static Supplier<Subject> smaller(PeStyle pe, int rows, int cols) {
    Recipe recipe =
        new Recipe.Auto(
            Recipe.Auto.allWeights(), Recipe.Auto.allActivations(), new Budget.CompressionRatio(8));
    QuantizeOptions options =
        QuantizeOptions.defaults()
            .withRecipe(recipe)
            .withHardware(TargetHardware.of(new ArraySize(rows, cols), pe, Map.of()));
    return Subject.once(() -> resnet20(options));
  }

  /** What {@code quantize --weight-bits 8} makes. */
  private static Supplier<Subject> bytes() {
    Recipe recipe = Recipe.Auto.of(new WeightFormat.FixedPoint(8), ActivationFormat.Fixed.of(8));
    return Subject.once(() -> resnet20(QuantizeOptions.defaults().withRecipe(recipe)));
  }

  private static Subject resnet20(QuantizeOptions options) {
    RealNetwork network = RealNetwork.RESNET20;
    return subject(
        network.file(),
        network.calibrationImages(),
        network.preprocessing(),
        options,
        network.testImages());
  }

  /** Nobody labelled images for it: photographs calibrate. */
  static Supplier<Subject> personDetector() {
    return Subject.once(
        () -> {
          ImageSet photographs = RealNetwork.MOBILENETV2.calibrationImages();
          return subject(
              lutmac.network.RealData.file("models/vww96_mobilenetv1_025_mlperftiny.onnx"),
              photographs,
              new Preprocessing(
                  List.of(0.0),
                  List.of(255.0),
                  false,
                  Optional.of(new Preprocessing.Crop(96, 96)),
                  0),
              QuantizeOptions.defaults(),
              photographs);
        });
  }

  private static Subject subject(
      java.nio.file.Path model,
      ImageSet calibration,
      Preprocessing preprocessing,
      QuantizeOptions options,
      ImageSet images) {
    QuantizedNetwork network =
        Quantizer.quantize(
                OnnxReader.read(model), calibration, preprocessing, options, PhaseProgress.none())
            .network();
    return Subject.of(network, images);
  }
}
