package lutmac.sim.reference;

import java.util.Map;

/** Says what every feature map of an image must hold. Serves several threads at once. */
public interface Reference {

  /**
   * All feature maps of an image.
   *
   * @param image its number in the simulation, from 0
   * @param codes input codes {@code [C, H, W]}
   * @return integers by tensor name, {@code [C, H, W]} each, the input included
   * @throws ReferenceMismatchException if the reference differs from the golden model
   */
  Map<String, int[]> maps(int image, int[] codes);

  /** Whether an image's feature maps come from the golden model or were compared with it. */
  boolean golden(int image);

  /** What it is, in a word or two. */
  String title();
}
