package lutmac.shell

import chisel3._
import chisel3.util._

/** An on-chip buffer of two banks with one write port and several read ports: readers of different
  * banks do not wait for each other, of one bank the first in line goes ahead.
  *
  * A word's bank is the exclusive or of its address's lowest two bits, so that neighbours, and those
  * two apart, alternate between the banks: readers that walk along with a stride of 1 or 2 get out
  * of each other's way. Reads and writes are those of [[WordBuffer]].
  *
  * @param readers number of read ports, in the order of their priority
  */
class BankedBuffer(name: String, shape: MemoryShape, readers: Int) extends ShellModule {
  override def desiredName = s"lutmac_${name}_banks"

  val write = IO(Flipped(Decoupled(new WriteRequest(shape))))
  val reads = IO(Vec(readers, Flipped(Decoupled(UInt(shape.addrBits.W)))))

  /** The word that a port's read got, from the cycle after it was accepted until the next read of its
    * bank, whoever asks for it.
    */
  val readData = IO(Vec(readers, Output(UInt(shape.wordBits.W))))

  private val bankShape = shape.copy(addrBits = shape.addrBits - 1)
  private val even = buffer(name, bankShape)
  private val odd = buffer(name, bankShape)

  private def isOdd(addr: UInt): Bool = addr(1, 0).xorR
  private def place(addr: UInt): UInt = addr >> 1

  private val writesOdd = isOdd(write.bits.addr)
  even.write.valid := write.valid && !writesOdd
  odd.write.valid := write.valid && writesOdd
  for (bank <- Seq(even, odd)) {
    bank.write.bits.addr := place(write.bits.addr)
    bank.write.bits.data := write.bits.data
    bank.write.bits.strobes := write.bits.strobes
  }
  write.ready := true.B

  private val readsOdd = reads.zipWithIndex.map { case (read, port) =>
    isOdd(read.bits).suggestName(s"readsOdd_$port")
  }
  private val asksEven = reads.zip(readsOdd).zipWithIndex.map { case ((read, other), port) =>
    (read.valid && !other).suggestName(s"asksEven_$port")
  }
  private val asksOdd = reads.zip(readsOdd).zipWithIndex.map { case ((read, other), port) =>
    (read.valid && other).suggestName(s"asksOdd_$port")
  }
  for ((bank, asks) <- Seq(even -> asksEven, odd -> asksOdd)) {
    bank.read.valid := asks.reduce(_ || _)
    bank.read.bits := PriorityMux(asks, reads.map(read => place(read.bits)))
  }

  // A port waits for those before it that ask the same bank.
  private def free(asks: Seq[Bool], port: Int): Bool = !asks.take(port).foldLeft(false.B)(_ || _)
  for ((read, port) <- reads.zipWithIndex) {
    read.ready := Mux(readsOdd(port), free(asksOdd, port), free(asksEven, port))
    val gotOdd = RegEnable(readsOdd(port), false.B, read.valid && read.ready).suggestName(s"gotOdd_$port")
    readData(port) := Mux(gotOdd, odd.readData, even.readData)
  }
}
