package lutmac.onnx.reader;

import java.util.Arrays;
import java.util.List;
import java.util.function.Function;
import lutmac.network.shape.Shape;

/** A node while the graph is read: done, or waiting for a convolution that takes it in. */
sealed interface Draft {
  /** Names of the feature maps it reads. */
  List<String> inputs();

  /** Name of the feature map it makes. */
  String output();

  /** What the function for this kind says. */
  <R> R fold(
      Function<? super Done, ? extends R> done, Function<? super Affine, ? extends R> affine);

  /** A node of the imported graph. */
  record Done(ImportedNode node) implements Draft {
    @Override
    public List<String> inputs() {
      return node.inputs();
    }

    @Override
    public String output() {
      return node.output();
    }

    @Override
    public <R> R fold(
        Function<? super Done, ? extends R> done, Function<? super Affine, ? extends R> affine) {
      return done.apply(this);
    }
  }

  /**
   * {@code y[c] = scale[c] * x[c] + shift[c]}, in double so that folding rounds once.
   *
   * @param input name of the feature map x
   * @param output name of the feature map y
   * @param shape shape of both
   */
  record Affine(
      String name, double[] scale, double[] shift, String input, String output, Shape shape)
      implements Draft {
    /** Whether all channels are scaled and shifted alike. */
    boolean uniform() {
      for (int c = 1; c < scale.length; c++) {
        if (scale[c] != scale[0] || shift[c] != shift[0]) {
          return false;
        }
      }
      return true;
    }

    /** Whether zeros stay zeros. */
    boolean shiftless() {
      return Arrays.stream(shift).allMatch(value -> value == 0);
    }

    @Override
    public List<String> inputs() {
      return List.of(input);
    }

    @Override
    public <R> R fold(
        Function<? super Done, ? extends R> done, Function<? super Affine, ? extends R> affine) {
      return affine.apply(this);
    }
  }
}
