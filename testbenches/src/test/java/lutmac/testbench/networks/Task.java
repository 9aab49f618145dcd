package lutmac.testbench.networks;

import java.util.List;
import java.util.Optional;
import java.util.Random;
import lutmac.examples.digits.DigitImages;
import lutmac.network.quantized.Preprocessing;
import lutmac.network.shape.Shape;
import lutmac.runtime.exec.Accuracy;
import lutmac.runtime.image.Images;

/** What a small network is trained to do with rendered digits. */
enum Task {
  /** Which digit: one class an image, {@code [10, 1, 1]}. */
  CLASSIFY(new Shape(1, 20, 20), new Shape(10, 1, 1), new Schedule(64, 1500, 4e-3)) {
    @Override
    void draw(byte[] digit, int label, Random random, float[] pixels, float[] wanted) {
      paste(digit, pixels, 0, 0);
      wanted[label] = 1;
    }

    /** Percent of images that are named rightly. */
    @Override
    double score(float[][] wanted, float[][] got) {
      int right = 0;
      for (int n = 0; n < got.length; n++) {
        right += wanted[n][Accuracy.largest(got[n])] == 1 ? 1 : 0;
      }
      return 100.0 * right / got.length;
    }
  },

  /**
   * Where a digit is, and which: for each of 5 by 5 cells of 8 by 8 pixels nothing, or the digit
   * whose centre lies there, {@code [11, 5, 5]}.
   */
  DETECT(new Shape(1, 40, 40), new Shape(11, 5, 5), new Schedule(64, 1500, 4e-3)) {
    @Override
    void draw(byte[] digit, int label, Random random, float[] pixels, float[] wanted) {
      int y = random.nextInt(21);
      int x = random.nextInt(21);
      paste(digit, pixels, y, x);
      int cell = (y + 10) / 8 * 5 + (x + 10) / 8;
      for (int pixel = 0; pixel < 25; pixel++) {
        wanted[(pixel == cell ? 1 + label : 0) * 25 + pixel] = 1;
      }
    }

    /** Percent of images whose surest cell is the right one and holds the right digit. */
    @Override
    double score(float[][] wanted, float[][] got) {
      int right = 0;
      for (int n = 0; n < got.length; n++) {
        // By how much the digit is surer than that there is none.
        float[] surer = new float[250];
        for (int i = 0; i < surer.length; i++) {
          surer[i] = got[n][25 + i] - got[n][i % 25];
        }
        right += wanted[n][25 + Accuracy.largest(surer)] == 1 ? 1 : 0;
      }
      return 100.0 * right / got.length;
    }
  },

  /**
   * Which pixels a digit covers, and which digit: for every pixel nothing, or the digit, {@code
   * [11, 20, 20]}. At faster rates training does not get beyond what is ink and what is not.
   */
  SEGMENT(new Shape(1, 20, 20), new Shape(11, 20, 20), new Schedule(32, 3000, 1.5e-3)) {
    private static final int INK = 96;

    @Override
    void draw(byte[] digit, int label, Random random, float[] pixels, float[] wanted) {
      paste(digit, pixels, 0, 0);
      int size = pixels.length;
      for (int pixel = 0; pixel < size; pixel++) {
        wanted[(pixels[pixel] >= INK ? 1 + label : 0) * size + pixel] = 1;
      }
    }

    /** Mean over the classes of intersection over union, percent. */
    @Override
    double score(float[][] wanted, float[][] got) {
      int size = input().pixels();
      long[] both = new long[11];
      long[] either = new long[11];
      for (int n = 0; n < got.length; n++) {
        for (int pixel = 0; pixel < size; pixel++) {
          int is = largest(wanted[n], pixel, size);
          int said = largest(got[n], pixel, size);
          both[is] += is == said ? 1 : 0;
          either[is]++;
          either[said] += is == said ? 0 : 1;
        }
      }
      double sum = 0;
      for (int label = 0; label < both.length; label++) {
        sum += (double) both[label] / either[label];
      }
      return 100 * sum / both.length;
    }

    private static int largest(float[] map, int pixel, int size) {
      int largest = 0;
      for (int label = 1; label < 11; label++) {
        largest = map[label * size + pixel] > map[largest * size + pixel] ? label : largest;
      }
      return largest;
    }
  };

  private static final double MEAN = 64;
  private static final double STD = 80;

  private final Shape input;
  private final Shape output;
  private final Schedule schedule;

  Task(Shape input, Shape output, Schedule schedule) {
    this.input = input;
    this.output = output;
    this.schedule = schedule;
  }

  /**
   * Images, and what a network should make of them.
   *
   * @param pixels 0 to 255, {@code [N][C*H*W]}
   * @param targets {@code [N][output]}
   */
  record Batch(float[][] pixels, float[][] targets) {
    /** As the network sees them. */
    float[][] inputs() {
      float[][] inputs = new float[pixels.length][];
      for (int n = 0; n < inputs.length; n++) {
        inputs[n] = pixels[n].clone();
        for (int i = 0; i < inputs[n].length; i++) {
          inputs[n][i] = (float) ((inputs[n][i] - MEAN) / STD);
        }
      }
      return inputs;
    }
  }

  abstract void draw(byte[] digit, int label, Random random, float[] pixels, float[] wanted);

  /**
   * How good results are, percent.
   *
   * @param wanted the targets, {@code [N][output]}
   * @param got the network's
   */
  abstract double score(float[][] wanted, float[][] got);

  Shape input() {
    return input;
  }

  /** How networks are trained for it. */
  Schedule schedule() {
    return schedule;
  }

  /** Fresh images; one seed always gives the same ones. */
  Batch batch(int count, long seed) {
    DigitImages digits = DigitImages.render(seed, count);
    Random random = new Random(seed + 17);
    float[][] pixels = new float[count][input.size()];
    float[][] targets = new float[count][output.size()];
    for (int n = 0; n < count; n++) {
      draw(digits.range(n, n + 1).pixels(), digits.labels()[n], random, pixels[n], targets[n]);
    }
    return new Batch(pixels, targets);
  }

  /** The images of a batch. */
  Images images(Batch batch) {
    return new Images(input, batch.pixels(), true);
  }

  static Preprocessing preprocessing() {
    return new Preprocessing(List.of(MEAN), List.of(STD), false, Optional.empty(), 0);
  }

  private static void paste(byte[] digit, float[] pixels, int top, int left) {
    int width = (int) Math.sqrt(pixels.length);
    for (int i = 0; i < digit.length; i++) {
      int y = top + i / DigitImages.SIZE;
      int x = left + i % DigitImages.SIZE;
      pixels[y * width + x] = Byte.toUnsignedInt(digit[i]);
    }
  }
}
