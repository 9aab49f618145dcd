package lutmac.sim;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** Counts images that are done in several threads, and passes on what came of them. */
final class ImageCounter {
  private final AtomicInteger done = new AtomicInteger();
  private final IntConsumer listener;
  private final OutputListener results;

  ImageCounter(IntConsumer listener, OutputListener results) {
    this.listener = listener;
    this.results = results;
  }

  void imageDone(int image, List<int[]> outputs) {
    results.outputs(image, outputs);
    listener.accept(done.incrementAndGet());
  }
}
