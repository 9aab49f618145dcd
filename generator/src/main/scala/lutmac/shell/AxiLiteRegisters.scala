package lutmac.shell

import chisel3._
import chisel3.util._
import lutmac.rtl.layout.{BusField, BusRegister, ImageField, StatusField, ErrorCause => Cause}

/** What software sets for a run. */
class AxiSettings(p: AxiParameters) extends Bundle {
  val image = UInt(p.addressBits.W)
  val input = UInt(p.addressBits.W)
  val output = UInt(p.addressBits.W)
  val scratch = UInt(p.addressBits.W)
  val watchdog = UInt(BusRegister.BITS.W)
  val runLimit = UInt(BusRegister.BITS.W)
}

/** What software asks for, each for a cycle. */
class AxiRequests extends Bundle {
  val start = Bool()

  /** With start: load the image although it is loaded. */
  val load = Bool()
  val abort = Bool()

  /** Another image may be meant from now on. */
  val newImage = Bool()
}

/** What the registers tell of the accelerator. */
class AxiReport(p: AxiParameters) extends Bundle {
  val busy = Bool()
  val loading = Bool()
  val running = Bool()
  val loaded = Bool()
  val stopping = Bool()
  val layer = UInt(p.shell.layerBits.W)
  val cause = ErrorCause()
  val response = UInt(2.W)
  val address = UInt(p.addressBits.W)

  /** For a cycle: a run has ended well, or not. */
  val done = Bool()
  val failed = Bool()
}

/** The registers of `lutmac.rtl.layout.BusRegister` behind AXI4-Lite, one access of a kind at a time,
  * and the interrupt.
  */
class AxiLiteRegisters(p: AxiParameters) extends ShellModule {
  override def desiredName = "lutmac_axi_lite_registers"

  val axil = IO(new AxiLitePort)

  val settings = IO(Output(new AxiSettings(p)))
  val requests = IO(Output(new AxiRequests))
  val report = IO(Input(new AxiReport(p)))
  val counts = IO(Input(new AxiCounts))
  val layerIndex = IO(Output(UInt(log2Ceil(BusRegister.LAYER_CYCLES.count).W)))
  val layerCycles = IO(Input(UInt(BusRegister.BITS.W)))

  /** Level, high while an enabled cause is set. */
  val irq = IO(Output(Bool()))

  private val bits = BusRegister.BITS
  private val okay = 0.U(2.W)

  // The reset lasts a little longer within than without: nothing is taken before its end.
  private val awake = RegInit(false.B)
  awake := true.B

  // A write, when address and data are there and the last one's answer is taken.
  private val addressHeld = RegInit(false.B)
  private val writeAddress = RegEnable(axil.awaddr_i, axil.awvalid_i && axil.awready_o)
  private val dataHeld = RegInit(false.B)
  private val writeData = RegEnable(axil.wdata_i, axil.wvalid_i && axil.wready_o)
  private val writeStrobes = RegEnable(axil.wstrb_i, axil.wvalid_i && axil.wready_o)
  private val written = RegInit(false.B)
  private val writes = addressHeld && dataHeld && !written
  axil.awready_o := awake && !addressHeld
  axil.wready_o := awake && !dataHeld
  when(writes) { addressHeld := false.B }.elsewhen(awake && axil.awvalid_i) { addressHeld := true.B }
  when(writes) { dataHeld := false.B }.elsewhen(awake && axil.wvalid_i) { dataHeld := true.B }
  when(writes) { written := true.B }.elsewhen(axil.bready_i) { written := false.B }
  axil.bvalid_o := written
  axil.bresp_o := okay

  private def isAt(address: UInt, register: BusRegister): Bool = address === register.offset.U
  private val writable = BusRegister.values.toSeq.filter(_.access != BusRegister.Access.READ)
  private val writesTo = writable.map { register =>
    register -> (writes && isAt(writeAddress, register)).suggestName(s"writes_${register.label}")
  }.toMap
  private def lane(byte: Int, width: Int) = writeData(math.min(width, 8 * (byte + 1)) - 1, 8 * byte)
  private def isSet(field: BusField): Bool = writeData(field.lsb) && writeStrobes(field.lsb / 8)

  /** A register that holds what is written; of fewer bits, the upper ones read 0. Byte by byte, since
    * a byte that is enabled needs no look-up tables.
    */
  private def held(register: BusRegister, width: Int, afterReset: Int = 0): UInt = {
    val bytes = Seq.tabulate((width + 7) / 8) { byte =>
      val written = lane(byte, width)
      val reset = (BigInt(afterReset) >> (8 * byte)) & ((BigInt(1) << written.getWidth) - 1)
      val value = RegInit(reset.U(written.getWidth.W)).suggestName(s"${register.label}_$byte")
      when(writesTo(register) && writeStrobes(byte)) { value := written }
      value
    }
    Cat(bytes.reverse)
  }
  private def address(low: BusRegister, high: BusRegister): UInt = {
    val lower = held(low, bits)
    if (p.addressBits > bits) Cat(held(high, p.addressBits - bits), lower) else lower
  }
  settings.image := address(BusRegister.IMAGE_ADDRESS, BusRegister.IMAGE_ADDRESS_HIGH)
  settings.input := address(BusRegister.INPUT_ADDRESS, BusRegister.INPUT_ADDRESS_HIGH)
  settings.output := address(BusRegister.OUTPUT_ADDRESS, BusRegister.OUTPUT_ADDRESS_HIGH)
  settings.scratch := address(BusRegister.SCRATCH_ADDRESS, BusRegister.SCRATCH_ADDRESS_HIGH)
  settings.watchdog := held(BusRegister.WATCHDOG, bits, BusRegister.DEFAULT_WATCHDOG)
  settings.runLimit := held(BusRegister.RUN_LIMIT, bits)
  private val enabled = held(BusRegister.INTERRUPT_ENABLE, 2)

  private val controls = writesTo(BusRegister.CONTROL)
  requests.start := controls && isSet(BusField.START)
  requests.load := isSet(BusField.LOAD)
  requests.abort := controls && isSet(BusField.ABORT)
  requests.newImage :=
    writesTo(BusRegister.IMAGE_ADDRESS) || writesTo(BusRegister.IMAGE_ADDRESS_HIGH)

  // What comes in the cycle in which it is cleared stays.
  private val clears = writesTo(BusRegister.INTERRUPT_STATUS)
  private def interrupt(field: BusField, comes: Bool): Bool = {
    val pending = RegInit(false.B).suggestName(s"pending_${field.label}")
    when(comes) { pending := true.B }.elsewhen(clears && isSet(field)) { pending := false.B }
    pending
  }
  private val done = interrupt(BusField.DONE, report.done)
  private val error = interrupt(BusField.ERROR, report.failed)
  irq := done && enabled(BusField.ENABLE_DONE.lsb) || error && enabled(BusField.ENABLE_ERROR.lsb)

  private def fields(values: (BusField, UInt)*): UInt =
    values.map { case (field, value) => Cat(value, 0.U(field.lsb.W)).pad(bits) }.reduce(_ | _)
  private def constant(values: (BusField, Int)*): UInt =
    values.map { case (field, value) => BigInt(value) << field.lsb }.sum.U(bits.W)
  private def part(value: UInt, index: Int): UInt =
    if (value.getWidth > index * bits) value(math.min(value.getWidth, (index + 1) * bits) - 1, index * bits) else 0.U
  private val shell = p.shell
  private val values: Seq[(BusRegister, UInt)] = Seq(
    BusRegister.IDENTIFICATION -> StatusField.IDENTIFICATION_WORD.U,
    BusRegister.VERSION -> constant(
      BusField.REGISTER_VERSION -> BusRegister.LIST_VERSION,
      BusField.IMAGE_VERSION -> ImageField.LAYOUT_VERSION,
      BusField.PROTOCOL_VERSION -> StatusField.PROTOCOL_VERSION
    ),
    BusRegister.ARRAY -> constant(
      BusField.ROWS -> shell.rows,
      BusField.COLS -> shell.cols,
      BusField.DATA_BYTES -> p.wordBytes,
      BusField.ADDRESS_BITS -> p.addressBits
    ),
    BusRegister.MEMORIES -> constant(
      BusField.FEATURE_MAP_DEPTH -> shell.featureMapAddrBits,
      BusField.WEIGHT_DEPTH -> shell.weightAddrBits,
      BusField.PARAMETER_DEPTH -> shell.parameterAddrBits,
      BusField.PROGRAM_DEPTH -> shell.programAddrBits
    ),
    BusRegister.CONFIGURATION -> (BigInt(p.fingerprint) & 0xffffffffL).U(bits.W),
    BusRegister.STATUS -> fields(
      BusField.BUSY -> report.busy,
      BusField.LOADING -> report.loading,
      BusField.RUNNING -> report.running,
      BusField.LOADED -> report.loaded,
      BusField.STOPPING -> report.stopping,
      BusField.LAYER -> report.layer
    ),
    BusRegister.INTERRUPT_ENABLE -> enabled,
    BusRegister.INTERRUPT_STATUS -> fields(BusField.DONE -> done, BusField.ERROR -> error),
    BusRegister.ERROR_CAUSE -> fields(BusField.CAUSE -> report.cause, BusField.RESPONSE -> report.response),
    BusRegister.ERROR_ADDRESS -> part(report.address, 0),
    BusRegister.ERROR_ADDRESS_HIGH -> part(report.address, 1),
    BusRegister.IMAGE_ADDRESS -> part(settings.image, 0),
    BusRegister.IMAGE_ADDRESS_HIGH -> part(settings.image, 1),
    BusRegister.INPUT_ADDRESS -> part(settings.input, 0),
    BusRegister.INPUT_ADDRESS_HIGH -> part(settings.input, 1),
    BusRegister.OUTPUT_ADDRESS -> part(settings.output, 0),
    BusRegister.OUTPUT_ADDRESS_HIGH -> part(settings.output, 1),
    BusRegister.SCRATCH_ADDRESS -> part(settings.scratch, 0),
    BusRegister.SCRATCH_ADDRESS_HIGH -> part(settings.scratch, 1),
    BusRegister.WATCHDOG -> settings.watchdog,
    BusRegister.RUN_LIMIT -> settings.runLimit,
    BusRegister.CYCLES -> counts.all,
    BusRegister.LOAD_CYCLES -> counts.loading,
    BusRegister.RUN_CYCLES -> counts.running,
    BusRegister.STEP_CYCLES -> counts.steps,
    BusRegister.READ_WAIT_CYCLES -> counts.readWaits,
    BusRegister.WRITE_WAIT_CYCLES -> counts.writeWaits
  )

  // A read: the address, then the answer, which waits until it is taken.
  private val asked = RegInit(false.B)
  private val readAddress = RegEnable(axil.araddr_i, axil.arvalid_i && axil.arready_o)
  private val answered = RegInit(false.B)
  private val reads = asked && !answered
  axil.arready_o := awake && !asked
  when(reads) { asked := false.B }.elsewhen(awake && axil.arvalid_i) { asked := true.B }
  when(reads) { answered := true.B }.elsewhen(axil.rready_i) { answered := false.B }
  private val layers = BusRegister.LAYER_CYCLES
  private val layerBits = log2Ceil(layers.count) + 2
  layerIndex := readAddress(layerBits - 1, 2)
  private val readsLayer = readAddress >> layerBits === (layers.offset >> layerBits).U && readAddress(1, 0) === 0.U
  private val found = values.map { case (register, value) =>
    Mux(isAt(readAddress, register).suggestName(s"reads_${register.label}"), value.pad(bits), 0.U)
  } :+ Mux(readsLayer, layerCycles, 0.U)
  private val readValue = found.reduce(_ | _)
  private val readData = RegEnable(readValue, reads)
  axil.rvalid_o := answered
  axil.rdata_o := readData
  axil.rresp_o := okay

  contract("error_has_cause", "a run has failed without a cause") {
    !report.failed || report.cause =/= ErrorCause(Cause.NONE)
  }
}
