package lutmac.network.format;

/** How an output stage divides by a power of two. */
public enum Rounding {
  /** To nearest, ties to the even code: ONNX {@code QuantizeLinear}'s rule. */
  HALF_EVEN {
    @Override
    public long shiftRight(long value, int shift) {
      if (shift == 0) {
        return value;
      }
      long floor = value >> shift;
      long rest = value - (floor << shift);
      long half = 1L << (shift - 1);
      boolean up = rest > half || (rest == half && (floor & 1) == 1);
      return up ? floor + 1 : floor;
    }
  },

  /** To nearest, ties towards plus infinity: saves the sticky bit. */
  HALF_UP {
    @Override
    public long shiftRight(long value, int shift) {
      return shift == 0 ? value : (value + (1L << (shift - 1))) >> shift;
    }
  };

  /** {@code round(value / 2^shift)}, {@code 0 <= shift <= 31}. */
  public abstract long shiftRight(long value, int shift);
}
