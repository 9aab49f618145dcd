package lutmac.shell

import chisel3._
import lutmac.rtl.layout.{ErrorCause => Cause}

/** Why a command is refused or a run ends early, as numbers of `lutmac.rtl.layout.ErrorCause`. */
object ErrorCause {
  def apply(cause: Cause): UInt = cause.code.U(Cause.BITS.W)

  def apply(): UInt = UInt(Cause.BITS.W)
}
