package lutmac.testbench;

import java.nio.file.Path;
import lutmac.network.shape.Shape;
import lutmac.runtime.image.ImageSet;

/** Images {@code from .. to - 1} of a set. */
record ImageSubset(ImageSet all, int from, int to) implements ImageSet {
  @Override
  public Path source() {
    return all.source();
  }

  @Override
  public int count() {
    return to - from;
  }

  @Override
  public Shape shape() {
    return all.shape();
  }

  @Override
  public ElementType type() {
    return all.type();
  }

  @Override
  public float[] image(int index) {
    return all.image(from + index);
  }
}
