package lutmac.shell

import chisel3._
import lutmac.rtl.layout.{ErrorCause => Cause}

/** Whether a command that moves words or runs a program may be executed: what it names exists.
  *
  *   - write: any memory, and all words within it
  *   - read: the feature maps, and all words within them
  *   - run, start: no memory, a program address within the program, and no run whose end is not told
  *   - wait: no memory, a program address within the program
  *   - after: no memory, and a layer that a program can have: it has more words than layers
  *
  * A transfer of no words is within its memory if its address is, or is its end.
  */
object CommandCheck {

  /** Why the command is refused.
    *
    * @param end the address behind the command's last word, if it does not lie beyond all memories
    * @param beyondAll whether address or number of words have a bit that no memory has
    * @param started whether a run was started whose end is not told
    */
  def apply(p: ShellParameters, command: HostCommand, end: UInt, beyondAll: Bool, started: Bool): UInt = {
    def beyond(depthBits: Int): Bool =
      (end >> (depthBits + 1)).orR || end(depthBits) && end(depthBits - 1, 0).orR

    val writes = command.operation === HostCommand.Write
    val reads = command.operation === HostCommand.Read
    val starts = command.operation === HostCommand.Run || command.operation === HostCommand.Start
    val runs =
      starts || command.operation === HostCommand.Wait || command.operation === HostCommand.After
    val memoryWrong = Mux(writes, command.memory >= p.memories.length.U, command.memory =/= 0.U)
    val beyondOf = p.memories.zipWithIndex.map { case (shape, memory) =>
      beyond(shape.addrBits).suggestName(s"beyond_$memory")
    }
    val beyondMemory = MemoryChoice(command.memory, beyondOf)
    val wordsBeyond = beyondAll || beyondMemory
    val startBeyond = (command.addr >> p.programAddrBits).orR
    Mux(
      !writes && !reads && !runs,
      ErrorCause(Cause.OPERATION),
      Mux(
        memoryWrong,
        ErrorCause(Cause.MEMORY),
        Mux(
          Mux(runs, startBeyond, wordsBeyond),
          ErrorCause(Cause.RANGE),
          Mux(starts && started, ErrorCause(Cause.BUSY), ErrorCause(Cause.NONE))
        )
      )
    )
  }
}
