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
class BankedBuffer(name: String, shape: MemoryShape, readers: Int) extends Module {
  override def desiredName = s"lutmac_${name}_banks"

  val write = IO(Flipped(Decoupled(new WriteRequest(shape))))
  val reads = IO(Vec(readers, Flipped(Decoupled(UInt(shape.addrBits.W)))))

  /** The word that a port's read got, in the cycle after it was accepted. */
  val readData = IO(Vec(readers, Output(UInt(shape.wordBits.W))))

  private val banks = Seq.fill(2)(Module(new WordBuffer(name, shape.copy(addrBits = shape.addrBits - 1))))

  private def bank(addr: UInt): UInt = addr(1, 0).xorR
  private def place(addr: UInt): UInt = addr >> 1

  for ((buffer, number) <- banks.zipWithIndex) {
    buffer.write.valid := write.valid && bank(write.bits.addr) === number.U
    buffer.write.bits.addr := place(write.bits.addr)
    buffer.write.bits.data := write.bits.data
    buffer.write.bits.strobes := write.bits.strobes
  }
  write.ready := true.B

  private val arbiters = Seq.fill(2)(Module(new Arbiter(UInt((shape.addrBits - 1).W), readers)))
  for ((buffer, arbiter) <- banks.zip(arbiters)) buffer.read :<>= arbiter.io.out
  for ((read, port) <- reads.zipWithIndex) {
    for ((arbiter, number) <- arbiters.zipWithIndex) {
      arbiter.io.in(port).valid := read.valid && bank(read.bits) === number.U
      arbiter.io.in(port).bits := place(read.bits)
    }
    val other = bank(read.bits).asBool
    read.ready := Mux(other, arbiters(1).io.in(port).ready, arbiters(0).io.in(port).ready)
    readData(port) := Mux(RegNext(other, false.B), banks(1).readData, banks(0).readData)
  }
}
