package lutmac.shell

import chisel3._
import chisel3.util._
import lutmac.rtl.layout.{HostHeaderField, HostOperation}

/** Header beat of a host command, laid out as `HostHeaderField` says; the first field is the most
  * significant one.
  */
class HostCommand extends Bundle {
  val words = UInt(HostHeaderField.WORDS.width.W)
  val addr = UInt(HostHeaderField.ADDRESS.width.W)
  val memory = UInt(HostHeaderField.MEMORY.width.W)
  val operation = UInt(HostHeaderField.OPERATION.width.W)
}

/** Operations of a host command. */
object HostCommand {
  val Write: UInt = code(HostOperation.WRITE)
  val Read: UInt = code(HostOperation.READ)
  val Run: UInt = code(HostOperation.RUN)
  val Start: UInt = code(HostOperation.START)
  val Wait: UInt = code(HostOperation.WAIT)
  val After: UInt = code(HostOperation.AFTER)
  val Status: UInt = code(HostOperation.STATUS)
  val Abort: UInt = code(HostOperation.ABORT)

  private def code(operation: HostOperation): UInt =
    operation.code.U(HostHeaderField.OPERATION.width.W)

  /** Whether a beat is the command of an operation that has a key. */
  def isKeyed(beat: UInt, operation: HostOperation): Bool =
    beat === BigInt(operation.keyedHeader).U(HostHeaderField.BITS.W)
}
