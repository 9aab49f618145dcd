package lutmac.runtime.image;

import java.util.Arrays;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import lutmac.network.BadInputException;
import lutmac.network.format.FixedFormat;
import lutmac.network.quantized.InputEncoding;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.shape.Shape;

/**
 * Makes a network's inputs from the images of a set: centre crop, channel reversal, then {@code
 * (pixel - mean) / std}, or the input codes of a quantized network. Safe for use by several
 * threads.
 */
public final class Preprocessor {
  private final ImageSet images;
  private final Preprocessing preprocessing;
  private final Shape input;
  private final boolean mayCrop;

  /**
   * @param images the raw images; their axes may be in another order, see {@link ImageSet#fittedTo}
   * @param preprocessing what the network expects to be done to them
   * @param input the network's input shape {@code [C, H, W]}
   * @throws BadInputException if the images do not become that shape, or mean and std do not fit it
   */
  public Preprocessor(ImageSet images, Preprocessing preprocessing, Shape input) {
    this(images, preprocessing, input, true);
  }

  /**
   * @param mayCrop whether a crop is still to be chosen, and not settled by the network's file
   */
  private Preprocessor(ImageSet images, Preprocessing preprocessing, Shape input, boolean mayCrop) {
    this.mayCrop = mayCrop;
    this.images = images.fittedTo(input, preprocessing.crop().isPresent());
    this.preprocessing = preprocessing;
    this.input = input;
    checkShape();
    checkStatistics();
  }

  /** That of a quantized network. */
  public static Preprocessor of(ImageSet images, InputEncoding encoding) {
    return new Preprocessor(images, encoding.preprocessing(), encoding.tensor().shape(), false);
  }

  private void checkShape() {
    Shape raw = images.shape();
    Shape cropped = raw;
    if (preprocessing.crop().isPresent()) {
      Preprocessing.Crop crop = preprocessing.crop().get();
      if (crop.height() < 1
          || crop.width() < 1
          || crop.height() > raw.height()
          || crop.width() > raw.width()) {
        throw new BadInputException(
            "%s: images %s cannot be cropped to %dx%d"
                .formatted(images.source(), raw, crop.height(), crop.width()));
      }
      cropped = new Shape(raw.channels(), crop.height(), crop.width());
    }
    if (cropped.equals(input)) {
      return;
    }
    throw new BadInputException(
        "%s: images have shape %s%s but the network expects %s; %s"
            .formatted(
                images.source(),
                raw,
                cropped.equals(raw) ? "" : ", cropped %s,".formatted(cropped),
                input,
                advice(cropped)));
  }

  /** What the user can do about images that are grey or coloured, larger or smaller. */
  private String advice(Shape cropped) {
    String channels = "";
    if (cropped.channels() != input.channels()) {
      if (cropped.channels() == 3 && input.channels() == 1) {
        channels = "they are RGB and it reads one channel: make them grey first";
      } else if (cropped.channels() == 1 && input.channels() == 3) {
        channels = "they are grey and it reads three channels: make them RGB first";
      } else {
        return "give images of that shape";
      }
    }
    String size = "%dx%d".formatted(input.height(), input.width());
    boolean other = cropped.height() != input.height() || cropped.width() != input.width();
    boolean larger = cropped.height() >= input.height() && cropped.width() >= input.width();
    String extents =
        !other
            ? ""
            : larger && mayCrop
                ? "cut them with --crop %s or scale them first (lutmac does not resize)"
                    .formatted(size)
                : larger
                    ? "cut or scale them to %s first (lutmac does not resize)".formatted(size)
                    : "scale them to %s first (lutmac does not resize)".formatted(size);
    return Stream.of(channels, extents)
        .filter(part -> !part.isEmpty())
        .collect(Collectors.joining("; "));
  }

  private void checkStatistics() {
    int channels = input.channels();
    boolean lengths =
        (preprocessing.mean().size() == 1 || preprocessing.mean().size() == channels)
            && (preprocessing.std().size() == 1 || preprocessing.std().size() == channels);
    if (!lengths) {
      throw new BadInputException(
          "mean has %d and std has %d values; the network has %d input channels: give one value or one per channel"
              .formatted(preprocessing.mean().size(), preprocessing.std().size(), channels));
    }
    for (double std : preprocessing.std()) {
      if (!(std > 0) || Double.isInfinite(std)) {
        throw new BadInputException("std must be positive, got " + std);
      }
    }
    for (double mean : preprocessing.mean()) {
      if (!Double.isFinite(mean)) {
        throw new BadInputException("mean must be a number, got " + mean);
      }
    }
  }

  /** The raw images. */
  public ImageSet images() {
    return images;
  }

  /** Number of images. */
  public int count() {
    return images.count();
  }

  /** Shape of every result, {@code [C, H, W]}. */
  public Shape inputShape() {
    return input;
  }

  /** Raw pixel values of image {@code index} after crop and channel reversal, {@code [C, H, W]}. */
  public float[] pixels(int index) {
    float[] image = images.image(index);
    Shape raw = images.shape();
    if (raw.equals(input) && !preprocessing.bgr()) {
      return image;
    }
    // An odd remainder leaves the extra row and column at the end.
    int top = (raw.height() - input.height()) / 2;
    int left = (raw.width() - input.width()) / 2;
    float[] pixels = new float[input.size()];
    for (int c = 0; c < input.channels(); c++) {
      int from = preprocessing.bgr() ? input.channels() - 1 - c : c;
      for (int y = 0; y < input.height(); y++) {
        System.arraycopy(
            image,
            (from * raw.height() + top + y) * raw.width() + left,
            pixels,
            (c * input.height() + y) * input.width(),
            input.width());
      }
    }
    return pixels;
  }

  /**
   * Float network input of image {@code index}: {@code (pixel - mean) / std}, {@code [C, H, W]}.
   */
  public float[] floatInput(int index) {
    return normalized(pixels(index));
  }

  /** {@code (pixel - mean) / std} of {@link #pixels}, {@code [C, H, W]}. */
  public float[] normalized(float[] pixels) {
    float[] values = pixels.clone();
    int plane = input.pixels();
    for (int i = 0; i < values.length; i++) {
      int channel = i / plane;
      values[i] = (float) ((values[i] - preprocessing.mean(channel)) / preprocessing.std(channel));
    }
    return values;
  }

  /** Float network inputs of images {@code from .. from + count - 1}, {@code [N, C, H, W]}. */
  public float[] floatBatch(int from, int count) {
    int size = input.size();
    float[] batch = new float[Math.multiplyExact(count, size)];
    for (int n = 0; n < count; n++) {
      System.arraycopy(floatInput(from + n), 0, batch, n * size, size);
    }
    return batch;
  }

  /**
   * Input codes of image {@code index} for a quantized network, {@code [C, H, W]}.
   *
   * @throws BadInputException if the codes are raw pixels and a pixel is no integer of the format
   */
  public int[] codes(int index, InputEncoding encoding) {
    if (!(encoding.tensor().format() instanceof FixedFormat format)) {
      throw new IllegalArgumentException(
          "a network input has a fixed-point format, not " + encoding.tensor().format());
    }
    if (!encoding.folded()) {
      float[] values = floatInput(index);
      int[] codes = new int[values.length];
      Arrays.setAll(codes, i -> format.encode(values[i]));
      return codes;
    }
    float[] values = pixels(index);
    int[] codes = new int[values.length];
    for (int i = 0; i < codes.length; i++) {
      codes[i] = (int) values[i];
      if (codes[i] != values[i] || codes[i] < format.minCode() || codes[i] > format.maxCode()) {
        throw new BadInputException(
            "%s: image %d has the pixel %s; the network takes whole pixels %d..%d"
                .formatted(images.source(), index, values[i], format.minCode(), format.maxCode()));
      }
    }
    return codes;
  }
}
