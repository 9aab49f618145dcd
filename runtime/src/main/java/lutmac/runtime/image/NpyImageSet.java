package lutmac.runtime.image;

import java.nio.file.Path;
import java.util.Arrays;
import lutmac.network.BadInputException;
import lutmac.network.shape.Shape;

/** Images {@code [N, C, H, W]} in a NumPy file. */
final class NpyImageSet implements ImageSet {
  private final NpyFile file;
  private final int count;
  private final Shape shape;
  private final ElementType type;

  NpyImageSet(NpyFile file) {
    this.file = file;
    int[] dims = file.shape();
    if (dims.length != 4) {
      throw new BadInputException(
          "%s: has shape %s; images must be [N, C, H, W]"
              .formatted(file.path(), Arrays.toString(dims)));
    }
    if (dims[0] == 0) {
      throw new BadInputException(file.path() + ": holds no images; give at least one");
    }
    if (dims[1] == 0 || dims[2] == 0 || dims[3] == 0) {
      throw new BadInputException(
          "%s: has shape %s; images must have pixels"
              .formatted(file.path(), Arrays.toString(dims)));
    }
    if ((long) dims[1] * dims[2] * dims[3] > Integer.MAX_VALUE) {
      throw new BadInputException(file.path() + ": its images are too large");
    }
    this.count = dims[0];
    this.shape = new Shape(dims[1], dims[2], dims[3]);
    this.type =
        file.bytes() > 1
            ? ElementType.FLOAT32
            : file.kind() == 'u' ? ElementType.UINT8 : ElementType.INT8;
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
        long position = index * file.stride(0) + c * file.stride(1) + y * file.stride(2);
        for (int x = 0; x < shape.width(); x++, n++) {
          pixels[n] = (float) file.real(position + x * file.stride(3));
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
