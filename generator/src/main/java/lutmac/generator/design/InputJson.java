package lutmac.generator.design;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;
import java.util.Locale;
import lutmac.generator.program.CompiledNetwork;
import lutmac.generator.program.InputLayout;
import lutmac.generator.program.InputView;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.shape.Shape;

/**
 * The network's input in {@code design.json}: how an image becomes codes, and where they go.
 *
 * @param shape {@code [C, H, W]}
 * @param padCodes what stands outside the image, per channel {@code [C]}
 * @param freeAtLayer index of the layer from which on the host may write the next image beside a
 *     run; null if it may not
 * @param views copies of the image that the host writes, each arranged for layers that read it
 */
record InputJson(
    String name,
    List<Integer> shape,
    FormatJson format,
    List<Integer> padCodes,
    Pixels preprocessing,
    @JsonInclude(JsonInclude.Include.NON_NULL) Integer freeAtLayer,
    List<View> views) {

  /**
   * How pixels become the float network's input {@code (pixel - mean) / std}.
   *
   * @param channelOrder {@code stored}, or {@code reversed} where the network wants the image's
   *     channels the other way round
   * @param crop centre crop that comes first, {@code [height, width]}; null for none
   * @param inFirstLayer whether the first layer does it: the codes are the pixels themselves
   */
  record Pixels(
      List<Double> mean,
      List<Double> std,
      String channelOrder,
      @JsonInclude(JsonInclude.Include.NON_NULL) List<Integer> crop,
      boolean inFirstLayer) {

    static Pixels of(InputEncoding encoding) {
      Preprocessing preprocessing = encoding.preprocessing();
      return new Pixels(
          preprocessing.mean(),
          preprocessing.std(),
          preprocessing.bgr() ? "reversed" : "stored",
          preprocessing.crop().map(crop -> List.of(crop.height(), crop.width())).orElse(null),
          encoding.folded());
    }
  }

  /**
   * One copy of the input in the feature maps; {@link InputLayout} has the formula.
   *
   * @param fold kind of arrangement, in small letters
   * @param baseAddress address of its first word
   * @param words that it takes
   */
  record View(
      String fold,
      int baseAddress,
      int words,
      int channels,
      int height,
      int width,
      int foldedRows,
      int foldedColumns,
      int rowStep,
      int columnStep,
      int rowDilation,
      int columnDilation,
      int padTop,
      int padLeft) {

    static View of(InputView view) {
      InputLayout layout = view.layout();
      return new View(
          layout.fold().name().toLowerCase(Locale.ROOT),
          view.baseAddress(),
          view.words(),
          layout.channels(),
          layout.height(),
          layout.width(),
          layout.foldedRows(),
          layout.foldedColumns(),
          layout.rowStep(),
          layout.columnStep(),
          layout.rowDilation(),
          layout.columnDilation(),
          layout.padTop(),
          layout.padLeft());
    }
  }

  static InputJson of(CompiledNetwork compiled) {
    InputEncoding encoding = compiled.network().input();
    return new InputJson(
        encoding.tensor().name(),
        shape(encoding.tensor().shape()),
        FormatJson.of(encoding.tensor().format()),
        encoding.tensor().padCodes(),
        Pixels.of(encoding),
        compiled.inputFreeAt().orElse(null),
        compiled.inputViews().stream().map(View::of).toList());
  }

  static List<Integer> shape(Shape shape) {
    return List.of(shape.channels(), shape.height(), shape.width());
  }
}
