package lutmac.quant.allocate;

/**
 * One way to do one thing.
 *
 * @param cost what it takes from the budget, not negative
 * @param loss what it does to the result; lower is better
 */
record Choice(long cost, double loss) {
  Choice {
    if (cost < 0 || !Double.isFinite(loss)) {
      throw new IllegalArgumentException(
          "a choice has a cost of at least 0 and a finite loss, got %d and %s"
              .formatted(cost, loss));
    }
  }
}
