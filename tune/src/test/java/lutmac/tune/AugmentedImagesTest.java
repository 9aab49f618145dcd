package lutmac.tune;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.Arrays;
import java.util.HashSet;
import java.util.Set;
import lutmac.network.shape.Shape;
import lutmac.runtime.image.Images;
import lutmac.tune.task.TuneOptions;
import org.junit.jupiter.api.Test;

class AugmentedImagesTest {
  private static final Shape SHAPE = new Shape(1, 2, 3);
  private static final float[] IMAGE = {1, 2, 3, 4, 5, 6};

  @Test
  void aMirroredImageReadsFromRightToLeft() {
    assertArrayEquals(
        new float[] {3, 2, 1, 6, 5, 4}, AugmentedImages.changed(IMAGE, SHAPE, true, 0, 0));
  }

  @Test
  void aShiftedImageRepeatsItsBorder() {
    assertArrayEquals(
        new float[] {1, 1, 2, 1, 1, 2}, AugmentedImages.changed(IMAGE, SHAPE, false, 1, 1));
    assertArrayEquals(
        new float[] {5, 6, 6, 5, 6, 6}, AugmentedImages.changed(IMAGE, SHAPE, false, -1, -1));
  }

  @Test
  void anImageChangesTheSameWayWheneverItIsAskedForAndAnotherWayInAnotherEpoch() {
    Images images = Images.waves(new Shape(1, 8, 8), 20, 1);
    TuneOptions.Augmentation augmentation = new TuneOptions.Augmentation(true, 2);
    AugmentedImages first = new AugmentedImages(images, augmentation, 1);
    AugmentedImages again = new AugmentedImages(images, augmentation, 1);
    AugmentedImages other = new AugmentedImages(images, augmentation, 2);
    Set<String> made = new HashSet<>();
    int same = 0;
    for (int i = 0; i < 20; i++) {
      assertArrayEquals(first.image(i), again.image(i));
      same += Arrays.equals(first.image(i), other.image(i)) ? 1 : 0;
      made.add(Arrays.toString(first.image(i)));
    }
    // 50 ways to change an image.
    assertTrue(same < 10, same + " of 20 images did not change");
    assertEquals(20, made.size());
    assertNotEquals(0, first.image(0).length);
  }
}
