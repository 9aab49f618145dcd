package lutmac.shell

import chisel3._
import chisel3.util._

/** A burst: where it begins, and its words less 1. */
class AxiBurst(p: AxiParameters) extends Bundle {
  val id = UInt(AxiParameters.idBits.W)
  val addr = UInt(p.wordAddressBits.W)
  val len = UInt(log2Ceil(AxiParameters.burstWords).W)
}

/** A word that the bus read. */
class AxiReadWord(p: AxiParameters) extends Bundle {
  val id = UInt(AxiParameters.idBits.W)
  val resp = UInt(2.W)
  val last = Bool()
  val data = UInt(p.dataBits.W)
}

/** A word for the bus to write. */
class AxiWriteWord(p: AxiParameters) extends Bundle {
  val strb = UInt(p.wordBytes.W)
  val last = Bool()
  val data = UInt(p.dataBits.W)
}

/** The answer to a burst of written words. */
class AxiWriteAnswer extends Bundle {
  val id = UInt(AxiParameters.idBits.W)
  val resp = UInt(2.W)
}

/** Beats that are to be moved from or to consecutive addresses. */
class AxiTransfer(p: AxiParameters) extends Bundle {

  /** Of the first bus word. */
  val addr = UInt(p.wordAddressBits.W)
  val beats = UInt(p.countBits.W)
}

/** What an engine tells [[AxiControl]]. */
class AxiEngineState(p: AxiParameters) extends Bundle {

  /** A transfer's beats are not all moved. */
  val busy = Output(Bool())

  /** The bus owes nothing. */
  val settled = Output(Bool())

  /** The bus owes something now, and the first word that it owes. */
  val owed = Output(Bool())
  val owedAddr = Output(UInt(p.wordAddressBits.W))

  /** The bus took or gave something. */
  val progress = Output(Bool())

  /** The first word that is owed comes with an answer that says that something went wrong: which. */
  val fault = Valid(UInt(2.W))
}

/** What [[AxiControl]] tells an engine beside its transfers. */
class AxiEngineOrders extends Bundle {

  /** Move nothing more, let the bus settle. */
  val stop = Input(Bool())

  /** Owed answers are given up: they have another identifier than those to come. */
  val forget = Input(Bool())
  val id = Input(UInt(AxiParameters.idBits.W))
}

/** The AXI4 master with the names of the top's ports behind `axi_`. */
class AxiPort(p: AxiParameters) extends Bundle {
  val awid_o = Output(UInt(AxiParameters.idBits.W))
  val awaddr_o = Output(UInt(p.addressBits.W))
  val awlen_o = Output(UInt(8.W))
  val awsize_o = Output(UInt(3.W))
  val awburst_o = Output(UInt(2.W))
  val awlock_o = Output(Bool())
  val awcache_o = Output(UInt(4.W))
  val awprot_o = Output(UInt(3.W))
  val awqos_o = Output(UInt(4.W))
  val awvalid_o = Output(Bool())
  val awready_i = Input(Bool())
  val wdata_o = Output(UInt(p.dataBits.W))
  val wstrb_o = Output(UInt(p.wordBytes.W))
  val wlast_o = Output(Bool())
  val wvalid_o = Output(Bool())
  val wready_i = Input(Bool())
  val bid_i = Input(UInt(AxiParameters.idBits.W))
  val bresp_i = Input(UInt(2.W))
  val bvalid_i = Input(Bool())
  val bready_o = Output(Bool())
  val arid_o = Output(UInt(AxiParameters.idBits.W))
  val araddr_o = Output(UInt(p.addressBits.W))
  val arlen_o = Output(UInt(8.W))
  val arsize_o = Output(UInt(3.W))
  val arburst_o = Output(UInt(2.W))
  val arlock_o = Output(Bool())
  val arcache_o = Output(UInt(4.W))
  val arprot_o = Output(UInt(3.W))
  val arqos_o = Output(UInt(4.W))
  val arvalid_o = Output(Bool())
  val arready_i = Input(Bool())
  val rid_i = Input(UInt(AxiParameters.idBits.W))
  val rdata_i = Input(UInt(p.dataBits.W))
  val rresp_i = Input(UInt(2.W))
  val rlast_i = Input(Bool())
  val rvalid_i = Input(Bool())
  val rready_o = Output(Bool())

  /** Connects a channel of read bursts. */
  def asks(bursts: DecoupledIO[AxiBurst]): Unit = {
    arvalid_o := bursts.valid
    bursts.ready := arready_i
    arid_o := bursts.bits.id
    araddr_o := AxiPort.byteAddress(p, bursts.bits.addr)
    arlen_o := bursts.bits.len
    arsize_o := log2Ceil(p.wordBytes).U
    arburst_o := AxiPort.increments
    arlock_o := false.B
    arcache_o := AxiPort.bufferable
    arprot_o := AxiPort.nonSecure
    arqos_o := 0.U
  }

  /** Connects a channel of words that were read. */
  def answers(words: DecoupledIO[AxiReadWord]): Unit = {
    words.valid := rvalid_i
    rready_o := words.ready
    words.bits.id := rid_i
    words.bits.resp := rresp_i
    words.bits.last := rlast_i
    words.bits.data := rdata_i
  }

  /** Connects a channel of write bursts. */
  def opens(bursts: DecoupledIO[AxiBurst]): Unit = {
    awvalid_o := bursts.valid
    bursts.ready := awready_i
    awid_o := bursts.bits.id
    awaddr_o := AxiPort.byteAddress(p, bursts.bits.addr)
    awlen_o := bursts.bits.len
    awsize_o := log2Ceil(p.wordBytes).U
    awburst_o := AxiPort.increments
    awlock_o := false.B
    awcache_o := AxiPort.bufferable
    awprot_o := AxiPort.nonSecure
    awqos_o := 0.U
  }

  /** Connects a channel of words to write. */
  def writes(words: DecoupledIO[AxiWriteWord]): Unit = {
    wvalid_o := words.valid
    words.ready := wready_i
    wdata_o := words.bits.data
    wstrb_o := words.bits.strb
    wlast_o := words.bits.last
  }

  /** Connects a channel of answers to writes. */
  def confirms(answers: DecoupledIO[AxiWriteAnswer]): Unit = {
    answers.valid := bvalid_i
    bready_o := answers.ready
    answers.bits.id := bid_i
    answers.bits.resp := bresp_i
  }
}

object AxiPort {
  private val increments = 1.U(2.W)
  private val bufferable = 3.U(4.W)
  private val nonSecure = 2.U(3.W)

  /** The address in bytes of a word. */
  def byteAddress(p: AxiParameters, word: UInt): UInt = Cat(word, 0.U(log2Ceil(p.wordBytes).W))
}

/** The AXI4-Lite slave with the names of the top's ports behind `axil_`. */
class AxiLitePort extends Bundle {
  import lutmac.rtl.layout.BusRegister.{ADDRESS_BITS, BITS}

  val awvalid_i = Input(Bool())
  val awready_o = Output(Bool())
  val awaddr_i = Input(UInt(ADDRESS_BITS.W))
  val wvalid_i = Input(Bool())
  val wready_o = Output(Bool())
  val wdata_i = Input(UInt(BITS.W))
  val wstrb_i = Input(UInt((BITS / 8).W))
  val bvalid_o = Output(Bool())
  val bready_i = Input(Bool())
  val bresp_o = Output(UInt(2.W))
  val arvalid_i = Input(Bool())
  val arready_o = Output(Bool())
  val araddr_i = Input(UInt(ADDRESS_BITS.W))
  val rvalid_o = Output(Bool())
  val rready_i = Input(Bool())
  val rdata_o = Output(UInt(BITS.W))
  val rresp_o = Output(UInt(2.W))
}
