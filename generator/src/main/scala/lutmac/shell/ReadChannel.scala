package lutmac.shell

import chisel3._
import chisel3.util._

/** Both directions of a memory's read access, as the side sees them that asks. */
class ReadChannel(val shape: MemoryShape, val tagBits: Int) extends Bundle {
  val request = Decoupled(new ReadRequest(shape.addrBits, tagBits))
  val response = Flipped(Decoupled(new ReadResponse(shape.wordBits, tagBits)))
}
