package lutmac.runtime.kernel;

import java.util.Arrays;
import lutmac.network.shape.Shape;
import lutmac.network.shape.Upsampling;
import lutmac.network.shape.Window;

/**
 * A convolution that sees zeros between the pixels of its map: a transposed one. The map is written
 * apart, and another convolution slides over that.
 */
final class SpacedConvolution implements Convolution {
  private final Shape from;
  private final Shape spaced;
  private final Upsampling upsampling;
  private final float[] padding;
  private final Convolution convolution;

  SpacedConvolution(Shape from, Shape to, Window window, int groups, float[] padding) {
    this.from = from;
    this.upsampling = window.upsampling();
    this.spaced = upsampling.of(from);
    this.padding = padding.clone();
    Window plain = window.withUpsampling(Upsampling.none());
    this.convolution = Convolution.of(spaced, to, plain, groups, padding);
  }

  @Override
  public Weights prepare(float[] weights) {
    return convolution.prepare(weights);
  }

  @Override
  public void forward(Weights weights, Maps in, Maps out) {
    convolution.forward(weights, spaced(in), out);
  }

  @Override
  public void addWeightGradient(Maps in, Maps outGradient, float[] gradient) {
    convolution.addWeightGradient(spaced(in), outGradient, gradient);
  }

  @Override
  public void addInputGradient(Weights weights, Maps outGradient, Maps inGradient) {
    Maps wide = empty(inGradient.images());
    convolution.addInputGradient(weights, outGradient, wide);
    for (int image = 0; image < wide.images(); image++) {
      for (int c = 0; c < from.channels(); c++) {
        int at = inGradient.start(image, c);
        int source = wide.start(image, c);
        for (int pixel = 0; pixel < from.pixels(); pixel++) {
          inGradient.values()[at + pixel] += wide.values()[source + place(pixel)];
        }
      }
    }
  }

  private Maps spaced(Maps in) {
    Maps wide = empty(in.images());
    for (int image = 0; image < wide.images(); image++) {
      for (int c = 0; c < from.channels(); c++) {
        int source = in.start(image, c);
        int at = wide.start(image, c);
        Arrays.fill(wide.values(), at, at + spaced.pixels(), padding[c]);
        for (int pixel = 0; pixel < from.pixels(); pixel++) {
          wide.values()[at + place(pixel)] = in.values()[source + pixel];
        }
      }
    }
    return wide;
  }

  private Maps empty(int images) {
    return Maps.byImage(new float[images * spaced.size()], images, spaced);
  }

  /** Where a pixel of the map lies in the wide one. */
  private int place(int pixel) {
    return pixel / from.width() * upsampling.height() * spaced.width()
        + pixel % from.width() * upsampling.width();
  }
}
