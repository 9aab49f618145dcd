package lutmac.shell

import chisel3._
import chisel3.util._

/** An on-chip buffer of one or two banks with one write port and several read ports: readers of
  * different banks do not wait for each other, of one bank the first in line goes ahead.
  *
  * A word's bank of two is the exclusive or of its address's lowest two bits, so that neighbours, and
  * those two apart, alternate between the banks: readers that walk along with a stride of 1 or 2 get
  * out of each other's way. Reads and writes are those of [[WordBuffer]].
  *
  * @param banks 1 or 2
  * @param readers number of read ports, in the order of their priority
  * @param holds whether a word that was read is asked to stay
  */
class BankedBuffer(name: String, shape: MemoryShape, banks: Int, readers: Int, holds: Boolean)
    extends ShellModule {
  override def desiredName = s"lutmac_${name}_banks"

  val write = IO(Flipped(Decoupled(new WriteRequest(shape))))
  val reads = IO(Vec(readers, Flipped(Decoupled(UInt(shape.addrBits.W)))))

  /** The word that a port's read got, in the cycle after it was accepted; where words stay, until the
    * cycle after the next read of its bank, whoever asks for it.
    */
  val readData = IO(Vec(readers, Output(UInt(shape.wordBits.W))))

  // One bank has nothing to reset.
  if (banks == 1) dontTouch(WireInit(rst_ni.asBool).suggestName("unused_reset"))

  private val bankShape = shape.copy(addrBits = shape.addrBits - log2Ceil(banks))
  private val names = if (banks == 1) Seq("words") else Seq("even", "odd")
  private val memories = names.map(memory => buffer(name, bankShape, holds).suggestName(memory))

  private def place(addr: UInt): UInt = addr >> log2Ceil(banks)

  /** For each bank whether it holds a word. */
  private def holders(addr: UInt, asker: String): Seq[Bool] =
    if (banks == 1) Seq(true.B)
    else {
      val isOdd = addr(1, 0).xorR.suggestName(s"${asker}Odd")
      Seq(!isOdd, isOdd)
    }

  for ((memory, holds) <- memories.zip(holders(write.bits.addr, "writes"))) {
    memory.write.valid := write.valid && holds
    memory.write.bits.addr := place(write.bits.addr)
    memory.write.bits.data := write.bits.data
    memory.write.bits.strobes := write.bits.strobes
  }
  write.ready := true.B

  // By port, then by bank.
  private val inBanks = reads.zipWithIndex.map { case (read, port) => holders(read.bits, s"reads${port}") }
  private val asks = reads.zip(inBanks).zipWithIndex.map { case ((read, here), port) =>
    here.zip(names).map { case (inBank, bank) => (read.valid && inBank).suggestName(s"asks_${bank}_$port") }
  }
  for ((memory, asking) <- memories.zip(asks.transpose)) {
    memory.read.valid := asking.reduce(_ || _)
    memory.read.bits := PriorityMux(asking, reads.map(read => place(read.bits)))
  }

  // A port waits for those before it that ask the same bank.
  for ((read, port) <- reads.zipWithIndex) {
    val before = asks.take(port).transpose
    val waits = inBanks(port).zip(before).map { case (here, asking) => here && asking.reduce(_ || _) }
    read.ready := !waits.foldLeft(false.B)(_ || _)
    val got = inBanks(port).zip(names).tail.map { case (here, bank) =>
      RegEnable(here, false.B, read.valid && read.ready).suggestName(s"got_${bank}_$port")
    }
    readData(port) := got.zip(memories.tail).foldLeft(memories.head.readData) { case (data, (from, memory)) =>
      Mux(from, memory.readData, data)
    }
  }
}
