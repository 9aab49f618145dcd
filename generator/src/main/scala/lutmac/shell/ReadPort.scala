package lutmac.shell

import chisel3._
import chisel3.util._

/** An address, and a tag that comes back untouched with the word. */
class ReadRequest(addrBits: Int, tagBits: Int) extends Bundle {
  val addr = UInt(addrBits.W)
  val tag = UInt(tagBits.W)
}

/** A word, and the tag of the request that asked for it. */
class ReadResponse(wordBits: Int, tagBits: Int) extends Bundle {
  override def typeName = s"${wordBits}b" + (if (tagBits > 0) "_tagged" else "")

  val data = UInt(wordBits.W)
  val tag = UInt(tagBits.W)
}

/** One client's way to a buffer that answers in the next cycle, whether or not the client is ready.
  *
  * Every request holds a credit until its response is taken. There are as many credits as places in
  * the response queue, so an answer from the buffer always finds one. Responses come in the order
  * of the requests, two cycles after theirs at the earliest; four credits cover that round trip, so
  * that the port sustains one word a cycle.
  *
  * @param places credits: 1 for a port that has a word at a time, in registers; 2 for one whose
  *   client takes some cycles for a word; 0 for one whose client takes every word in the cycle in
  *   which it comes, so that it needs none
  */
class ReadPort(shape: MemoryShape, tagBits: Int, places: Int = 4) extends ShellModule {
  override def desiredName =
    s"lutmac_read_port_${shape.addrBits}x${shape.wordBits}" +
      (if (tagBits > 0) "_tagged" else "") + (if (places == 2) "_short" else if (places == 0) "_prompt" else "")

  override protected def contractName = "lutmac_read_port"

  val client = IO(Flipped(new ReadChannel(shape, tagBits)))

  /** To the buffer, or to an arbiter in front of it. */
  val read = IO(Decoupled(UInt(shape.addrBits.W)))

  /** The word that the buffer holds out, meant for this port in the cycle after `read` fired. */
  val readData = IO(Input(UInt(shape.wordBits.W)))

  private val request = client.request
  private val response = client.response

  private val asked = Wire(Bool())
  private val arriving = RegNext(asked, false.B)
  private val word = readData ## RegEnable(request.bits.tag, asked).suggestName("tag")
  read.bits := request.bits.addr

  if (places == 0) {
    read.valid := request.valid
    request.ready := read.ready
    asked := request.valid && read.ready
    val answers = RegNext(arriving, false.B)
    val held = RegEnable(word, arriving)
    response.valid := answers
    response.bits := held.asTypeOf(response.bits)
    contract("word_taken", "a word comes that is not taken") { !response.valid || response.ready }
  } else {
    val credits = RegInit(places.U)
    val queue = part(new StreamQueue(response.bits.getWidth, places))
    val hasCredit = credits =/= 0.U
    val asks = request.valid && hasCredit
    val answered = queue.deq.valid && response.ready
    read.valid := asks
    request.ready := read.ready && hasCredit
    asked := asks && read.ready
    when(asked && !answered) { credits := credits - 1.U }
    when(!asked && answered) { credits := credits + 1.U }

    queue.enq.valid := arriving
    queue.enq.bits := word
    queue.deq.ready := response.ready
    response.valid := queue.deq.valid
    response.bits := queue.deq.bits.asTypeOf(response.bits)
    contract("credit_range", "there are more credits than places") { credits <= places.U }
    contract("queue_overflow", "a word arrives that has no place") { !arriving || queue.enq.ready }
  }

  streamContract("read", read)
  streamContract("response", response)
}
