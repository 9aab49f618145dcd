package lutmac.sim.compare;

/**
 * One layer of one compared image.
 *
 * @param lastCycle of its last write since the run began, -1 if it wrote nothing
 * @param steps array steps
 * @param compared words that were written and compared
 * @param mismatches of any kind
 */
public record LayerResult(long lastCycle, long steps, long compared, long mismatches) {}
