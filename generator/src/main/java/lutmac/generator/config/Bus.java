package lutmac.generator.config;

/**
 * How an accelerator is connected: by the two host streams of its shell, or to a bus, from whose
 * memory it takes what the host would send (docs/hardware.md §8, §10).
 */
public sealed interface Bus permits Bus.Stream, Bus.Axi {
  /** The shell's own streams. */
  Bus STREAM = new Stream();

  /** Address bits of a bus where nobody says another number. */
  int DEFAULT_ADDRESS_BITS = 32;

  /** Data bits of a bus where nobody says another number. */
  int DEFAULT_DATA_BITS = 64;

  /** The name on the command line and in files. */
  String label();

  /** Streams of 64-bit beats. */
  record Stream() implements Bus {
    @Override
    public String label() {
      return "stream";
    }
  }

  /**
   * An AXI4 master with AXI4-Lite registers.
   *
   * @param addressBits bits of the master's addresses, 32 to 64
   * @param dataBits bits of the master's words, 64 or 128
   */
  record Axi(int addressBits, int dataBits) implements Bus {
    public Axi {
      if (addressBits < 32 || addressBits > 64) {
        throw new IllegalArgumentException(
            "addresses of a bus have 32 to 64 bits, got " + addressBits);
      }
      if (dataBits != 64 && dataBits != 128) {
        throw new IllegalArgumentException("words of a bus have 64 or 128 bits, got " + dataBits);
      }
    }

    @Override
    public String label() {
      return "axi";
    }
  }
}
