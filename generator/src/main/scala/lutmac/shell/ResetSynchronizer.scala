package lutmac.shell

import chisel3._

/** Releases a reset in step with the clock, two to three edges after it was let go; it takes hold at
  * once.
  */
class ResetSynchronizer extends ShellModule {
  override def desiredName = "lutmac_reset_synchronizer"

  val rst_no = IO(Output(AsyncReset()))

  private val seen = RegInit(false.B)
  private val released = RegInit(false.B)
  seen := true.B
  released := seen
  rst_no := released.asAsyncReset
}
