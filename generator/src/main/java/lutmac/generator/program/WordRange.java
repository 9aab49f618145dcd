package lutmac.generator.program;

/** Words of a buffer that lie side by side. */
record WordRange(long first, long words) {
  long end() {
    return first + words;
  }

  boolean meets(WordRange other) {
    return words > 0 && other.words > 0 && first < other.end() && other.first < end();
  }
}
