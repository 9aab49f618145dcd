package lutmac.generator.program;

import java.util.ArrayList;
import java.util.List;

/**
 * Blocks of output channels that one descriptor makes, and the input words that they read: every
 * block reads as many words of a pixel, and they lie equally far apart from block to block.
 *
 * @param firstBlock the first block of output channels
 * @param blocks how many
 * @param firstWord the first word of a pixel that the first block reads
 * @param words how many
 * @param wordStep words from a block's first word to the next block's
 * @param lastLanes lanes of the last word that hold something for a block
 */
record OutputRun(
    int firstBlock, int blocks, int firstWord, int words, int wordStep, int lastLanes) {

  /** One run whose blocks read the whole map. */
  static OutputRun dense(MapLayout input, MapLayout output) {
    int last = input.words() - 1;
    return new OutputRun(
        0, output.blocks(), 0, input.words(), 0, Math.max(1, input.usedLanes(last)));
  }

  /** What a block's channels read: first and last word, lanes of the last word. */
  private record Reach(int first, int last, int lastLanes) {
    static final Reach NOTHING = new Reach(Integer.MAX_VALUE, -1, 0);

    Reach including(int word, int lane) {
      return new Reach(
          Math.min(first, word),
          Math.max(last, word),
          word < last ? lastLanes : word > last ? lane + 1 : Math.max(lastLanes, lane + 1));
    }
  }

  /**
   * The runs in which blocks read only words that hold a channel that they are connected with; as
   * few as follow each other.
   */
  static List<OutputRun> connected(Connections connections, Arrangement input, MapLayout output) {
    List<Reach> reaches = reaches(connections, input, output);
    List<OutputRun> runs = new ArrayList<>();
    for (int block = 0; block < reaches.size(); block += runs.get(runs.size() - 1).blocks()) {
      runs.add(longest(reaches, block));
    }
    return runs;
  }

  private static List<Reach> reaches(Connections connections, Arrangement input, MapLayout output) {
    MapLayout layout = input.layout();
    List<Reach> blocks = new ArrayList<>();
    for (int block = 0; block < output.blocks(); block++) {
      Reach reach = Reach.NOTHING;
      for (int word = 0; word < layout.words(); word++) {
        for (int lane = 0; lane < layout.wordLanes(); lane++) {
          int stored = layout.channel(word, lane);
          if (stored != LayerPlacement.HOLE
              && reads(connections, output.block(block), input.mapChannel(stored))) {
            reach = reach.including(word, lane);
          }
        }
      }
      // A block that needs nothing reads what lies next.
      boolean empty = reach.last() < 0;
      blocks.add(
          !empty ? reach : blocks.isEmpty() ? new Reach(0, 0, 1) : blocks.get(blocks.size() - 1));
    }
    return blocks;
  }

  private static boolean reads(Connections connections, List<Integer> outputs, int input) {
    for (int output : outputs) {
      if (output != LayerPlacement.HOLE && connections.between(input, output)) {
        return true;
      }
    }
    return false;
  }

  private static OutputRun longest(List<Reach> reaches, int firstBlock) {
    Reach first = reaches.get(firstBlock);
    int words = first.last() - first.first() + 1;
    int lanes = first.lastLanes();
    int step = 0;
    int blocks = 1;
    for (int block = firstBlock + 1; block < reaches.size(); block++, blocks++) {
      Reach next = reaches.get(block);
      if (blocks == 1) {
        step = next.first() - first.first();
      }
      if (next.first() != first.first() + blocks * step
          || next.last() - next.first() + 1 != words) {
        break;
      }
      lanes = Math.max(lanes, next.lastLanes());
    }
    return new OutputRun(firstBlock, blocks, first.first(), words, blocks == 1 ? 0 : step, lanes);
  }

  /**
   * The runs of a layer whose columns take the lane of their own: one for every channel of a group.
   */
  static List<OutputRun> depthwise(MapLayout input, int multiplier) {
    List<OutputRun> runs = new ArrayList<>();
    for (int piece = 0; piece < multiplier; piece++) {
      runs.add(new OutputRun(piece * input.blocks(), input.blocks(), 0, 1, 1, 1));
    }
    return runs;
  }
}
