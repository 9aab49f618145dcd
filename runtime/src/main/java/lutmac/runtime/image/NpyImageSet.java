package lutmac.runtime.image;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import lutmac.network.BadInputException;
import lutmac.network.shape.Shape;

/**
 * Images {@code [N, C, H, W]} in a NumPy file. Arrays of fewer axes are gray pictures {@code [N, H,
 * W]} or vectors {@code [N, F]}, until a network says how it sees them.
 */
final class NpyImageSet implements ImageSet {
  private final NpyFile file;
  private final int count;
  private final Shape shape;
  private final ElementType type;

  /** Steps between channels, rows and columns, in elements of the file. */
  private final long[] strides;

  NpyImageSet(NpyFile file) {
    this(file, shape(file), strides(file));
  }

  private NpyImageSet(NpyFile file, Shape shape, long[] strides) {
    this.file = file;
    this.count = file.shape()[0];
    this.shape = shape;
    this.strides = strides;
    this.type =
        file.bytes() > 1
            ? ElementType.FLOAT32
            : file.kind() == 'u' ? ElementType.UINT8 : ElementType.INT8;
  }

  private static Shape shape(NpyFile file) {
    int[] dims = file.shape();
    if (dims.length < 2 || dims.length > 4) {
      throw new BadInputException(
          "%s: has shape %s; images must be [N, C, H, W], signals [N, C, length], vectors [N, F]"
              .formatted(file.path(), Arrays.toString(dims)));
    }
    if (dims[0] == 0) {
      throw new BadInputException(file.path() + ": holds no images; give at least one");
    }
    long size = 1;
    for (int axis = 1; axis < dims.length; axis++) {
      if (dims[axis] == 0) {
        throw new BadInputException(
            "%s: has shape %s; images must have pixels"
                .formatted(file.path(), Arrays.toString(dims)));
      }
      size = Math.min(size, Integer.MAX_VALUE) * dims[axis];
    }
    if (size > Integer.MAX_VALUE) {
      throw new BadInputException(file.path() + ": its images are too large");
    }
    return switch (dims.length) {
      case 2 -> new Shape(dims[1], 1, 1);
      case 3 -> new Shape(1, dims[1], dims[2]);
      default -> new Shape(dims[1], dims[2], dims[3]);
    };
  }

  private static long[] strides(NpyFile file) {
    return switch (file.shape().length) {
      case 2 -> new long[] {file.stride(1), 0, 0};
      case 3 -> new long[] {0, file.stride(1), file.stride(2)};
      default -> new long[] {file.stride(1), file.stride(2), file.stride(3)};
    };
  }

  @Override
  public ImageSet fittedTo(Shape input, boolean cropped) {
    return orders().stream()
        .filter(images -> fits(images.shape, input, cropped))
        .findFirst()
        .map(ImageSet.class::cast)
        .orElseGet(
            () ->
                (file.shape().length == 2 || input.pixels() == 1)
                        && !cropped
                        && shape.size() == input.size()
                    ? new ReshapedImages(this, input)
                    : this);
  }

  private static boolean fits(Shape images, Shape input, boolean cropped) {
    return cropped
        ? images.channels() == input.channels()
            && images.height() >= input.height()
            && images.width() >= input.width()
        : images.equals(input);
  }

  /** What the axes may mean, channels first before channels last. */
  private List<NpyImageSet> orders() {
    int[] dims = file.shape();
    return switch (dims.length) {
      case 2 -> List.of(this);
      case 3 ->
          List.of(
              this,
              new NpyImageSet(
                  file,
                  new Shape(dims[1], 1, dims[2]),
                  new long[] {file.stride(1), 0, file.stride(2)}),
              new NpyImageSet(
                  file,
                  new Shape(dims[2], 1, dims[1]),
                  new long[] {file.stride(2), 0, file.stride(1)}));
      default ->
          List.of(
              this,
              new NpyImageSet(
                  file,
                  new Shape(dims[3], dims[1], dims[2]),
                  new long[] {file.stride(3), file.stride(1), file.stride(2)}));
    };
  }

  @Override
  public Path source() {
    return file.path();
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public Shape shape() {
    return shape;
  }

  @Override
  public ElementType type() {
    return type;
  }

  @Override
  public float[] image(int index) {
    if (index < 0 || index >= count) {
      throw new IndexOutOfBoundsException("image %d of %d".formatted(index, count));
    }
    float[] pixels = new float[shape.size()];
    int n = 0;
    for (int c = 0; c < shape.channels(); c++) {
      for (int y = 0; y < shape.height(); y++) {
        long position = index * file.stride(0) + c * strides[0] + y * strides[1];
        for (int x = 0; x < shape.width(); x++, n++) {
          pixels[n] = (float) file.real(position + x * strides[2]);
          if (!Float.isFinite(pixels[n])) {
            throw new BadInputException(
                "%s: image %d has the pixel %s at channel %d, row %d, column %d; remove it"
                    .formatted(file.path(), index, pixels[n], c, y, x));
          }
        }
      }
    }
    return pixels;
  }
}
