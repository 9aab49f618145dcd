package lutmac.rtl.layout;

/** The fields of {@link BusRegister}s that hold more than one number (docs/hardware.md §10). */
public enum BusField implements BitField {
  REGISTER_VERSION(BusRegister.VERSION, 0, 8, "of these registers"),
  IMAGE_VERSION(BusRegister.VERSION, 8, 8, "of the layout of memory images"),
  PROTOCOL_VERSION(BusRegister.VERSION, 16, 8, "of the commands within them, as in section 8"),
  ROWS(BusRegister.ARRAY, 0, 8, "P"),
  COLS(BusRegister.ARRAY, 8, 8, "M"),
  DATA_BYTES(BusRegister.ARRAY, 16, 8, "bytes of a word of the bus"),
  ADDRESS_BITS(BusRegister.ARRAY, 24, 8, "bits of an address on the bus"),
  FEATURE_MAP_DEPTH(BusRegister.MEMORIES, 0, 8, "the feature maps have 2^this words"),
  WEIGHT_DEPTH(BusRegister.MEMORIES, 8, 8, "the weights"),
  PARAMETER_DEPTH(BusRegister.MEMORIES, 16, 8, "the parameters"),
  PROGRAM_DEPTH(BusRegister.MEMORIES, 24, 8, "the program"),
  START(BusRegister.CONTROL, 0, 1, "run the network once; ignored while busy"),
  LOAD(BusRegister.CONTROL, 1, 1, "with start: load the memory image although it is loaded"),
  ABORT(BusRegister.CONTROL, 2, 1, "end what was started, with the cause aborted"),
  BUSY(BusRegister.STATUS, 0, 1, "between start and end"),
  LOADING(BusRegister.STATUS, 1, 1, "the memory image is read"),
  RUNNING(BusRegister.STATUS, 2, 1, "the core runs"),
  LOADED(BusRegister.STATUS, 3, 1, "the image at the image address is loaded"),
  STOPPING(BusRegister.STATUS, 4, 1, "after an error: waits for what the bus owes"),
  LAYER(BusRegister.STATUS, 16, 16, "the layer that runs or is to run next"),
  ENABLE_DONE(BusRegister.INTERRUPT_ENABLE, 0, 1, "at the end of a run that went well"),
  ENABLE_ERROR(BusRegister.INTERRUPT_ENABLE, 1, 1, "at the end of one that did not"),
  DONE(BusRegister.INTERRUPT_STATUS, 0, 1, "a run went well: its output is written"),
  ERROR(BusRegister.INTERRUPT_STATUS, 1, 1, "a run did not: the error registers say why"),
  CAUSE(BusRegister.ERROR_CAUSE, 0, 4, "a cause of the table of section 8"),
  RESPONSE(BusRegister.ERROR_CAUSE, 8, 2, "bus_read and bus_write: 2 SLVERR, 3 DECERR");

  private final BusRegister register;
  private final Bits bits;

  BusField(BusRegister register, int lsb, int width, String meaning) {
    this.register = register;
    this.bits = new Bits(lsb, width, meaning);
  }

  /** The register that holds the field. */
  public BusRegister register() {
    return register;
  }

  @Override
  public Bits bits() {
    return bits;
  }

  /** Digits of the field's bits in its register. */
  public String hexMask() {
    return Long.toHexString(encode(max()));
  }

  /** The name in a constant's. */
  public String constant() {
    return CamelCase.of(label());
  }
}
