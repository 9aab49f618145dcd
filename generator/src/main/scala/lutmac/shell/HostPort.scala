package lutmac.shell

import chisel3._
import chisel3.util._

/** Executes host commands, one after the other and each to its end.
  *
  *   - write: collects `words` words of the memory from the beats that follow and stores them at
  *     consecutive addresses.
  *   - read: answers with `words` words of the feature maps from consecutive addresses.
  *   - run: starts the core at `addr` and, when it is done, answers with one beat: the cycles from
  *     the one after the start to the one in which the core was done, both included.
  *
  * A transfer of no words has no data and no answer. Addresses wrap around at the memory's end.
  */
class HostPort(p: ShellParameters) extends Module {
  override def desiredName = "lutmac_host_port"

  val in = IO(Flipped(Decoupled(UInt(p.beatBits.W))))
  val out = IO(Decoupled(UInt(p.beatBits.W)))

  /** One port for each memory, in the order of their numbers. */
  val writes = IO(MixedVec(p.memories.map(shape => Decoupled(new WriteRequest(shape)))))

  val read = IO(new ReadChannel(p.featureMapShape, 0))

  val start = IO(Decoupled(UInt(p.programAddrBits.W)))
  val done = IO(Input(Bool()))

  /** Between the core's start and the cycle in which it is done. */
  val busy = IO(Output(Bool()))

  private object State extends ChiselEnum {
    val idle, write, read, start, run, report = Value
  }
  private val state = RegInit(State.idle)
  private val memory = Reg(UInt(2.W))
  private val addr = Reg(UInt(p.hostAddrBits.W))
  private val wordsToMove = Reg(UInt(32.W))
  private val wordsToAnswer = Reg(UInt(32.W))
  private val cycles = Reg(UInt(p.beatBits.W))

  in.ready := false.B
  out.valid := false.B
  out.bits := cycles

  private val collector = Module(new BeatsToWord(p))
  collector.beat.valid := in.valid && state === State.write
  collector.beat.bits := in.bits
  collector.lastBeat := VecInit(p.memories.map(shape => (p.beats(shape.wordBits) - 1).U))(memory)
  collector.word.ready := VecInit(writes.map(_.ready))(memory)
  for (((write, shape), number) <- writes.zip(p.memories).zipWithIndex) {
    write.valid := collector.word.valid && memory === number.U
    write.bits.addr := addr(shape.addrBits - 1, 0)
    write.bits.data := collector.word.bits(shape.wordBits - 1, 0)
    // All parts of the word.
    val strobeBits = write.bits.strobes.getWidth
    write.bits.strobes := ((1 << strobeBits) - 1).U(strobeBits.W)
  }

  read.request.valid := state === State.read && wordsToMove =/= 0.U
  read.request.bits.addr := addr(p.featureMapAddrBits - 1, 0)
  read.request.bits.tag := 0.U(0.W)

  private val cutter = Module(new WordToBeats(p))
  cutter.word.valid := read.response.valid
  cutter.word.bits := read.response.bits.data
  cutter.beat.ready := out.ready && state === State.read
  read.response.ready := cutter.word.ready

  start.valid := state === State.start
  start.bits := addr(p.programAddrBits - 1, 0)
  busy := state === State.run

  switch(state) {
    is(State.idle) {
      in.ready := true.B
      val command = in.bits.asTypeOf(new HostCommand)
      memory := command.memory
      addr := command.addr(p.hostAddrBits - 1, 0)
      wordsToMove := command.words
      wordsToAnswer := command.words
      when(in.valid) {
        when(command.operation === HostCommand.Run) { state := State.start }
        when(command.words =/= 0.U) {
          when(command.operation === HostCommand.Write) { state := State.write }
          when(command.operation === HostCommand.Read) { state := State.read }
        }
      }
    }
    is(State.write) {
      in.ready := collector.beat.ready
      when(collector.word.fire) {
        addr := addr + 1.U
        wordsToMove := wordsToMove - 1.U
        when(wordsToMove === 1.U) { state := State.idle }
      }
    }
    is(State.read) {
      out.valid := cutter.beat.valid
      out.bits := cutter.beat.bits
      when(read.request.fire) {
        addr := addr + 1.U
        wordsToMove := wordsToMove - 1.U
      }
      when(cutter.word.fire) {
        wordsToAnswer := wordsToAnswer - 1.U
        when(wordsToAnswer === 1.U) { state := State.idle }
      }
    }
    is(State.start) {
      cycles := 0.U
      when(start.fire) { state := State.run }
    }
    is(State.run) {
      cycles := cycles + 1.U
      when(done) { state := State.report }
    }
    is(State.report) {
      out.valid := true.B
      when(out.ready) { state := State.idle }
    }
  }

  Contract.stream("lutmac_host_port", "out", out)
  Contract.stream("lutmac_host_port", "start", start)
  Contract.stream("lutmac_host_port", "read_request", read.request)
  // The feature maps' writer may have to wait; the other memories always take a word.
  Contract.stream("lutmac_host_port", "write", writes(0))
  Contract("lutmac_host_port", "state_range", "the state is none of the six") { state.isValid }
  Contract("lutmac_host_port", "answer_expected", "a word comes back that no command asked for") {
    !read.response.valid || state === State.read
  }
  Contract("lutmac_host_port", "done_expected", "the core is done without a run") {
    !done || state === State.run
  }
  Contract("lutmac_host_port", "word_range", "a transfer goes on behind its last word") {
    (state =/= State.write || wordsToMove =/= 0.U) &&
    (state =/= State.read || wordsToAnswer =/= 0.U && wordsToMove <= wordsToAnswer)
  }
}
