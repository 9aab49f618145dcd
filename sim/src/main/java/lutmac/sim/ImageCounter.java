package lutmac.sim;

import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.IntConsumer;

/** Counts images that are done in several threads. */
final class ImageCounter {
  private final AtomicInteger done = new AtomicInteger();
  private final IntConsumer listener;

  ImageCounter(IntConsumer listener) {
    this.listener = listener;
  }

  void imageDone() {
    listener.accept(done.incrementAndGet());
  }
}
