package lutmac.shell

import chisel3._
import chisel3.util._
import lutmac.rtl.layout.{HostHeaderField, HostOperation, Memory}

/** Header beat of a host command, laid out as `HostHeaderField` says; the first field is the most
  * significant one.
  *
  * The host sets reserved bits to 0; the shell does not look at them.
  */
class HostCommand extends Bundle {
  private val memoryBits = log2Ceil(Memory.values.length)

  val words = UInt(HostHeaderField.WORDS.width.W)
  val addr = UInt(HostHeaderField.ADDRESS.width.W)
  val reserved = UInt((HostHeaderField.MEMORY.width - memoryBits).W)
  val memory = UInt(memoryBits.W)
  val operation = UInt(HostHeaderField.OPERATION.width.W)
}

/** Operations of a host command; a header with any other code is dropped. */
object HostCommand {
  val Write: UInt = code(HostOperation.WRITE)
  val Read: UInt = code(HostOperation.READ)
  val Run: UInt = code(HostOperation.RUN)

  private def code(operation: HostOperation): UInt =
    operation.code.U(HostHeaderField.OPERATION.width.W)
}
