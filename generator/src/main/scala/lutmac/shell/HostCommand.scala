package lutmac.shell

import chisel3._

/** Header beat of a host command; the first field is the most significant one.
  *
  * The host sets reserved bits to 0; the shell does not look at them.
  */
class HostCommand extends Bundle {
  val words = UInt(32.W)
  val addr = UInt(24.W)
  val reserved = UInt(2.W)
  val memory = UInt(2.W)
  val operation = UInt(4.W)
}

/** Operations of a host command; a header with any other code is dropped. */
object HostCommand {
  val Write: UInt = 1.U(4.W)
  val Read: UInt = 2.U(4.W)
  val Run: UInt = 3.U(4.W)
}
