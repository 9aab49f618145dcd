// Drives every port of the shell with random traffic and random back-pressure and compares data, tags and order with
// a model of the memories. ROWS, COLS, FM_AW, WGT_AW, PAR_AW, PROG_AW, TAG_W and PACKED, 1 where the core writes parts of
// words, are defined on the command line. The model gets the program's arguments.
//
// The feature maps are shared by host and core: while both are at work, the host keeps to the lower half and the core
// writes the upper half, because nothing orders their accesses; of the other memories likewise where the host writes
// them in a run. The core reads feature maps in a run only.
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <functional>
#include <random>
#include <string>
#include <vector>

#include "Vlutmac_top.h"
#include "Vlutmac_top___024root.h"
#include "lutmac_layout.h"
#include "verilated.h"

#define CORE(signal) (top.rootp->lutmac_top__DOT__core__DOT__##signal)

using Word = std::vector<uint8_t>;

static Vlutmac_top top;
static std::mt19937_64 randomness(2024);
static uint64_t cycle = 0;
static uint64_t checks = 0;

static void fail(const std::string& what) {
  std::printf("FAIL in cycle %llu: %s\n", static_cast<unsigned long long>(cycle), what.c_str());
  std::exit(1);
}

static void expect(bool holds, const std::string& what) {
  checks++;
  if (!holds) fail(what);
}

static bool chance(int percent) { return static_cast<int>(randomness() % 100) < percent; }

// ---- words of any width ----

static Word bytes(uint64_t value, int bits) {
  Word word((bits + 7) / 8);
  for (size_t i = 0; i < word.size(); i++) word[i] = static_cast<uint8_t>(value >> (8 * i));
  return word;
}

template <std::size_t N>
static Word bytes(const VlWide<N>& value, int bits) {
  Word word((bits + 7) / 8);
  for (size_t i = 0; i < word.size(); i++) word[i] = static_cast<uint8_t>(value[i / 4] >> (8 * (i % 4)));
  return word;
}

template <typename T>
static void assign(T& signal, const Word& word) {
  uint64_t value = 0;
  for (size_t i = 0; i < word.size(); i++) value |= static_cast<uint64_t>(word[i]) << (8 * i);
  signal = static_cast<T>(value);
}

template <std::size_t N>
static void assign(VlWide<N>& signal, const Word& word) {
  for (size_t i = 0; i < N; i++) signal[i] = 0;
  for (size_t i = 0; i < word.size(); i++) signal[i / 4] |= static_cast<uint32_t>(word[i]) << (8 * (i % 4));
}

static Word randomWord(int bits) {
  Word word((bits + 7) / 8);
  for (auto& byte : word) byte = static_cast<uint8_t>(randomness());
  if (bits % 8 != 0) word.back() &= static_cast<uint8_t>((1 << (bits % 8)) - 1);
  return word;
}

// ---- the model: what the four memories hold ----

struct Memory {
  int addrBits, wordBits;
  std::vector<Word> words;
  Memory(int addrBits, int wordBits)
      : addrBits(addrBits), wordBits(wordBits), words(std::size_t{1} << addrBits, Word((wordBits + 7) / 8)) {}
  uint32_t size() const { return 1u << addrBits; }
  int beats() const { return (wordBits + 63) / 64; }
};

enum { kFeatureMaps, kWeights, kParameters, kProgram };
static Memory memories[] = {{FM_AW, 8 * COLS}, {WGT_AW, 4 * COLS}, {PAR_AW, 42 * COLS}, {PROG_AW, 32}};

static std::vector<uint64_t> toBeats(const Word& word, int beats) {
  std::vector<uint64_t> result(beats);
  for (size_t i = 0; i < word.size(); i++) result[i / 8] |= static_cast<uint64_t>(word[i]) << (8 * (i % 8));
  return result;
}

// ---- the core's ports ----

struct Expected {
  Word data;
  uint32_t tag;
};

struct CoreWritePort {
  int percent = 0;
  bool valid = false;
  uint32_t addr = 0;
  uint8_t strobes = 0;
  Word data = Word(COLS);
  uint64_t accepted = 0;
};
static CoreWritePort writePort;
// Whether the core keeps to the upper half of every memory.
static bool upperHalves = false;
static bool writeFires = false;

class CoreReadPort {
 public:
  using Drive = std::function<void(bool reqValid, uint32_t addr, uint32_t tag, bool rspReady)>;
  using Sample = std::function<void(bool& reqReady, bool& rspValid, Word& data, uint32_t& tag)>;

  CoreReadPort(const char* name, Memory& memory, bool tagged, bool runs, Drive drive, Sample sample)
      : name_(name), memory_(memory), tagged_(tagged), runs_(runs), drive_(drive), sample_(sample) {}

  int requestPercent = 0;   // chance of a new request in a cycle
  int readyPercent = 100;   // chance to take a response in a cycle
  uint64_t accepted = 0, answered = 0;

  bool pending() const { return valid_ || !expected_.empty(); }

  /** Whether a word of the feature maps is asked for: the core does not write it then. */
  bool asks(uint32_t addr) const { return &memory_ == &memories[kFeatureMaps] && valid_ && addr_ == addr; }

  /** Before a clock edge: what moves at this edge, and what the core drives after it. */
  void step() {
    if (!CORE(rst_ni)) {
      // Whatever was under way is gone.
      valid_ = ready_ = false;
      expected_.clear();
      accepted = answered;
      drive_(false, 0, 0, false);
      return;
    }
    bool reqReady, rspValid;
    Word data;
    uint32_t tag;
    sample_(reqReady, rspValid, data, tag);
    if (rspValid) {
      expect(!expected_.empty(), name_ + ": a response that nobody asked for");
      if (ready_) {
        const Expected& next = expected_.front();
        expect(data == next.data, name_ + ": wrong data");
        expect(!tagged_ || tag == next.tag, name_ + ": wrong tag");
        expected_.pop_front();
        answered++;
      }
    }
    if (valid_ && reqReady) {
      expected_.push_back({memory_.words[addr_], tag_});
      accepted++;
      valid_ = false;
    }
    if (!valid_ && (!runs_ || top.mon_busy_o) && chance(requestPercent)) {
      valid_ = true;
      addr_ = static_cast<uint32_t>(randomness()) & (memory_.size() - 1);
      // Often the first word or the last.
      if (chance(10)) addr_ = chance(50) ? 0 : memory_.size() - 1;
      tag_ = static_cast<uint32_t>(randomness()) & ((1u << TAG_W) - 1);
      // Where the host may be writing, the core does not look.
      if (upperHalves || &memory_ == &memories[kFeatureMaps]) addr_ |= memory_.size() / 2;
      // Nor does it ask for a word that it is about to write.
      if (asks(writePort.addr) && writePort.valid) addr_ ^= 1;
    }
    // The sequencer takes every word of the program at once.
    ready_ = name_ == "prog" || chance(readyPercent);
    drive_(valid_, valid_ ? addr_ : 0, valid_ ? tag_ : 0, ready_);
  }

 private:
  std::string name_;
  Memory& memory_;
  bool tagged_;
  // Whether it asks in a run only.
  bool runs_;
  Drive drive_;
  Sample sample_;
  bool valid_ = false, ready_ = false;
  uint32_t addr_ = 0;
  uint32_t tag_ = 0;
  std::deque<Expected> expected_;
};

#define READ_PORT(port, memory, bits, runs)                                              \
  CoreReadPort(                                                                          \
      #port, memory, false, runs,                                                        \
      [](bool valid, uint32_t addr, uint32_t, bool ready) {                              \
        CORE(port##_req_valid) = valid;                                                  \
        CORE(port##_req_addr) = addr;                                                    \
        CORE(port##_rsp_ready) = ready;                                                  \
      },                                                                                 \
      [](bool& ready, bool& valid, Word& data, uint32_t&) {                              \
        ready = CORE(port##_req_ready_i);                                                \
        valid = CORE(port##_rsp_valid_i);                                                \
        data = bytes(CORE(port##_rsp_data_i), bits);                                     \
      })

static CoreReadPort ports[] = {
    READ_PORT(prog, memories[kProgram], 32, false),
    READ_PORT(wgt, memories[kWeights], 4 * COLS, false),
    READ_PORT(par, memories[kParameters], 42 * COLS, false),
    READ_PORT(skip, memories[kFeatureMaps], 8 * COLS, true),
    CoreReadPort(
        "act", memories[kFeatureMaps], true, true,
        [](bool valid, uint32_t addr, uint32_t tag, bool ready) {
          CORE(act_req_valid) = valid;
          CORE(act_req_addr) = addr;
          CORE(act_req_tag) = tag;
          CORE(act_rsp_ready) = ready;
        },
        [](bool& ready, bool& valid, Word& data, uint32_t& tag) {
          ready = CORE(act_req_ready_i);
          valid = CORE(act_rsp_valid_i);
          data = bytes(CORE(act_rsp_data_i), 8 * COLS);
          tag = CORE(act_rsp_tag_i);
        }),
};
static CoreReadPort& programPort = ports[0];
static CoreReadPort& parameterPort = ports[2];
static CoreReadPort& skipPort = ports[3];
static CoreReadPort& activationPort = ports[4];

static void sampleWrite() {
  // A core that is reset drops its write, and starts none before the next cycle.
  if (!CORE(rst_ni)) writePort.valid = false;
  writeFires = writePort.valid && CORE(out_ready_i);
  expect(top.mon_wr_valid_o == writeFires, "mon_wr_valid_o does not show the accepted writes");
  if (writeFires) {
    expect(top.mon_wr_addr_o == writePort.addr, "mon_wr_addr_o differs");
    expect(top.mon_wr_strb_o == writePort.strobes, "mon_wr_strb_o differs");
    expect(bytes(top.mon_wr_data_o, 8 * COLS) == writePort.data, "mon_wr_data_o differs");
  }
}

static void finishWrite() {
  Memory& memory = memories[kFeatureMaps];
  if (writeFires) {
    Word& word = memory.words[writePort.addr];
    for (int bit = 0; bit < 8 * COLS; bit++) {
      // A strobe is for a quarter of the word, 2 * COLS bits.
      if (!(writePort.strobes >> (bit / (2 * COLS)) & 1)) continue;
      uint8_t mask = static_cast<uint8_t>(1 << bit % 8);
      word[bit / 8] = static_cast<uint8_t>((word[bit / 8] & ~mask) | (writePort.data[bit / 8] & mask));
    }
    writePort.accepted++;
    writePort.valid = false;
  }
  if (!writePort.valid && CORE(rst_ni) && chance(writePort.percent)) {
    writePort.valid = true;
    do {
      writePort.addr = (static_cast<uint32_t>(randomness()) & (memory.size() - 1)) | memory.size() / 2;
    } while (skipPort.asks(writePort.addr) || activationPort.asks(writePort.addr));
    writePort.strobes = PACKED ? static_cast<uint8_t>(randomness() & 15) : 15;
    writePort.data = randomWord(8 * COLS);
  }
  CORE(out_valid) = writePort.valid;
  CORE(out_addr) = writePort.addr;
  CORE(out_strb) = writePort.strobes;
  assign(CORE(out_data), writePort.data);
}

/** How a run is to end. */
enum class End { kDone, kError, kNever };

struct CoreControl {
  End end = End::kDone;
  int error = 0;
  bool ready = false;
  bool running = false;
  uint32_t expectedStart = 0;
  int cyclesToDone = 0, leastCycles = 0;
  bool done = false;
  uint64_t runs = 0, resets = 0;
};
static CoreControl control;

static void stepControl() {
  if (!CORE(rst_ni)) {
    control.running = control.ready = control.done = false;
    CORE(start_ready) = CORE(done) = CORE(error) = 0;
    control.resets++;
    return;
  }
  if (CORE(start_valid_i) && control.ready) {
    expect(!control.running, "a start while the core runs");
    expect(CORE(start_pc_i) == control.expectedStart, "wrong program start");
    control.running = true;
    control.runs++;
    control.cyclesToDone = control.leastCycles + static_cast<int>(randomness() % 200);
  }
  const bool ends = control.running && control.end != End::kNever && control.cyclesToDone-- == 0;
  control.done = ends && control.end == End::kDone;
  if (ends && control.end == End::kError) CORE(error) = control.error;
  if (ends) control.running = false;
  control.ready = chance(30);
  CORE(start_ready) = control.ready;
  CORE(done) = control.done;
}

// ---- the host's streams ----

static std::deque<uint64_t> hostBeats;
static std::deque<uint64_t> hostAnswers;
// Beats since the last one that ended an answer.
static size_t openBeats = 0;
static uint64_t answers = 0;
static int hostValidPercent = 100, hostReadyPercent = 100;
static uint64_t busyCycles = 0;

static void tick() {
  sampleWrite();
  bool beatTaken = top.in_valid_i && top.in_ready_o;
  if (top.out_valid_o && top.out_ready_i) {
    hostAnswers.push_back(top.out_data_o);
    openBeats = top.out_last_o ? 0 : openBeats + 1;
    if (top.out_last_o) answers++;
  }
  if (top.mon_busy_o) busyCycles++;
  for (CoreReadPort& port : ports) port.step();
  finishWrite();
  stepControl();

  top.clk_i = 1;
  top.eval();
  if (beatTaken) hostBeats.pop_front();
  if (beatTaken || !top.in_valid_i) top.in_valid_i = !hostBeats.empty() && chance(hostValidPercent);
  top.in_data_i = hostBeats.empty() ? 0 : hostBeats.front();
  top.out_ready_i = chance(hostReadyPercent);
  top.clk_i = 0;
  top.eval();
  cycle++;
}

static void tickUntil(const std::function<bool()>& reached, const std::string& what) {
  for (int i = 0; !reached(); i++) {
    if (i == 200000) fail("still waiting: " + what);
    tick();
  }
}

static uint64_t header(int operation, int memory, uint32_t addr, uint32_t words) {
  return static_cast<uint64_t>(operation) | static_cast<uint64_t>(memory) << 4 | static_cast<uint64_t>(addr) << 8 |
         static_cast<uint64_t>(words) << 32;
}

static void hostWrite(int number, uint32_t addr, uint32_t words) {
  Memory& memory = memories[number];
  hostBeats.push_back(header(1, number, addr, words));
  for (uint32_t i = 0; i < words; i++) {
    memory.words[addr + i] = randomWord(memory.wordBits);
    for (uint64_t beat : toBeats(memory.words[addr + i], memory.beats())) hostBeats.push_back(beat);
  }
  tickUntil([] { return hostBeats.empty() && !top.in_valid_i; }, "the host's write");
}

static void hostRead(uint32_t addr, uint32_t words) {
  Memory& memory = memories[kFeatureMaps];
  std::vector<uint64_t> expected;
  for (uint32_t i = 0; i < words; i++) {
    for (uint64_t beat : toBeats(memory.words[addr + i], memory.beats())) expected.push_back(beat);
  }
  hostAnswers.clear();
  const uint64_t before = answers;
  hostBeats.push_back(header(2, kFeatureMaps, addr, words));
  tickUntil([&] { return hostAnswers.size() >= expected.size() && hostBeats.empty(); }, "the host's read");
  expect(openBeats == 0 && answers == before + (words > 0), "the end of a read is not marked, or something else is");
  for (size_t i = 0; i < expected.size(); i++) {
    expect(hostAnswers[i] == expected[i], "the host reads a wrong beat " + std::to_string(i));
  }
}

static uint64_t field(lutmac::Field field, const std::vector<uint64_t>& beats) {
  return beats[field.position / 64] >> field.position % 64 & ((uint64_t{1} << field.width) - 1);
}

static void hostAnswersWith(size_t beats, const std::string& what, uint64_t ends = 1) {
  const uint64_t before = answers;
  const bool waits = hostAnswers.empty();
  tickUntil([=] { return hostAnswers.size() >= beats; }, what);
  expect(openBeats == 0, what + " has no marked end");
  if (waits) expect(answers == before + ends, what + " has another number of marked ends");
  for (int i = 0; i < 10; i++) tick();
  expect(hostAnswers.size() == beats, what + " has more beats");
}

static std::vector<uint64_t> hostStatus() {
  hostAnswers.clear();
  hostBeats.push_back(lutmac::host::kStatusHeader);
  hostAnswersWith(lutmac::status::kBeats, "the answer to status");
  std::vector<uint64_t> status(hostAnswers.begin(), hostAnswers.end());
  hostAnswers.clear();
  expect(field(lutmac::status::kIdentification, status) == lutmac::status::kIdentificationWord, "wrong identification");
  expect(field(lutmac::status::kVersion, status) == 3, "wrong version");
  expect(field(lutmac::status::kRows, status) == ROWS, "wrong rows");
  expect(field(lutmac::status::kCols, status) == COLS, "wrong columns");
  return status;
}

static void hostAbort() {
  hostBeats.push_back(lutmac::host::kAbortHeader);
  tickUntil([] { return hostBeats.empty() && !top.in_valid_i; }, "the abort");
}

static void hostRun(uint32_t start) {
  hostAnswers.clear();
  busyCycles = 0;
  control.expectedStart = start;
  uint64_t runs = control.runs;
  hostBeats.push_back(header(3, 0, start, 0));
  tickUntil([] { return !hostAnswers.empty(); }, "the answer to run");
  expect(control.runs == runs + 1, "run did not start the core once");
  const uint64_t cycles = field(lutmac::answer::kCycles, {hostAnswers[0]});
  expect(cycles == busyCycles,
         "run reports " + std::to_string(cycles) + " cycles instead of " + std::to_string(busyCycles));
  expect(field(lutmac::answer::kCause, {hostAnswers[0]}) == lutmac::error::kNone, "run reports an error");
}

static void hostStart(uint32_t start, uint32_t limit) {
  busyCycles = 0;
  control.expectedStart = start;
  hostBeats.push_back(header(6, 0, start, limit));
}

static uint64_t hostWait() {
  hostAnswers.clear();
  hostBeats.push_back(header(7, 0, 0, 0));
  hostAnswersWith(1, "the answer to wait");
  return hostAnswers.front();
}

// What happens while the core runs, and how a run is begun: one that the host waits for, or one beside which it goes on.
static void inARun(const std::function<void()>& body, int operation = 3) {
  hostAnswers.clear();
  control.end = End::kNever;
  control.expectedStart = 4;
  hostBeats.push_back(header(operation, 0, 4, 0));
  tickUntil([] { return top.mon_busy_o; }, "the run's start");
  body();
  hostAbort();
  const std::vector<uint64_t> answer{operation == 3 ? (hostAnswersWith(1, "the answer to a run that is aborted"), hostAnswers.front()) : hostWait()};
  expect(field(lutmac::answer::kCause, answer) == lutmac::error::kAborted, "an aborted run has another cause");
  control.end = End::kDone;
}

static void reset() {
  top.rst_ni = 0;
  top.in_valid_i = 0;
  top.out_ready_i = 0;
  top.clk_i = 0;
  top.eval();
  top.clk_i = 1;
  top.eval();
  top.clk_i = 0;
  top.eval();
  top.rst_ni = 1;
  top.eval();
}

// ---- the specifications ----

static void stopTraffic() {
  for (CoreReadPort& port : ports) {
    port.requestPercent = 0;
    port.readyPercent = 100;
  }
  writePort.percent = 0;
  tickUntil(
      [] {
        for (CoreReadPort& port : ports) {
          if (port.pending()) return false;
        }
        return !writePort.valid;
      },
      "the core's last responses");
}

static void hostWritesEveryMemoryAndTheCoreReadsIt() {
  for (int number = 0; number < 4; number++) hostWrite(number, 0, memories[number].size());
  for (CoreReadPort& port : ports) {
    port.requestPercent = 60;
    port.readyPercent = 60;
  }
  inARun([] {
    for (int i = 0; i < 2000; i++) tick();
    stopTraffic();
  });
  for (CoreReadPort& port : ports) expect(port.answered == port.accepted && port.answered > 200, "a port starved");
  hostRead(0, memories[kFeatureMaps].size());
}

static void everyPortSustainsOneWordACycle() {
  for (CoreReadPort& port : ports) {
    // Of parameters a block takes one word, which waits alone: a new one every three cycles.
    const uint64_t least = (&port == &parameterPort ? 500 / 3 : 500) - 5;
    uint64_t before = port.answered;
    port.requestPercent = 100;
    for (int i = 0; i < 500; i++) tick();
    port.requestPercent = 0;
    expect(port.answered - before >= least, "a port answers " + std::to_string(port.answered - before) +
                                                  " requests in 500 cycles");
    stopTraffic();
  }
  uint64_t before = writePort.accepted;
  writePort.percent = 100;
  for (int i = 0; i < 500; i++) tick();
  expect(writePort.accepted - before >= 500 - 2, "the core's writes wait");
  stopTraffic();
}

static void nothingIsLostWhileTheCoreTakesNothing() {
  for (CoreReadPort& port : ports) {
    if (&port == &programPort) continue;
    uint64_t before = port.accepted;
    port.requestPercent = 100;
    port.readyPercent = 0;
    for (int i = 0; i < 50; i++) tick();
    expect(port.accepted - before <= 5, "more requests are accepted than there are places");
    expect(port.accepted - before >= (&port == &parameterPort ? 1 : 4), "fewer requests are accepted than there are places");
    stopTraffic();
  }
}

static void activationsGoBeforeSkips() {
  skipPort.requestPercent = activationPort.requestPercent = 100;
  for (int i = 0; i < 20; i++) tick();
  uint64_t skips = skipPort.answered, activations = activationPort.answered;
  for (int i = 0; i < 200; i++) tick();
  expect(activationPort.answered - activations == 200, "the activation port waits");
  // Skips get through where the activation lies in the other bank.
  expect(skipPort.answered - skips > 20, "the skip port waits for reads of the other bank");
  stopTraffic();
}

static void allPortsAtOnceKeepDataAndOrder() {
  uint32_t half = memories[kFeatureMaps].size() / 2;
  for (int round = 0; round < 60; round++) {
    for (CoreReadPort& port : ports) {
      port.requestPercent = static_cast<int>(randomness() % 80);
      port.readyPercent = 20 + static_cast<int>(randomness() % 81);
    }
    writePort.percent = static_cast<int>(randomness() % 80);
    hostValidPercent = 20 + static_cast<int>(randomness() % 81);
    hostReadyPercent = 20 + static_cast<int>(randomness() % 81);
    uint32_t addr = static_cast<uint32_t>(randomness()) % half;
    uint32_t words = 1 + static_cast<uint32_t>(randomness()) % (half - addr);
    hostWrite(kFeatureMaps, addr, words);
    addr = static_cast<uint32_t>(randomness()) % half;
    hostRead(addr, static_cast<uint32_t>(randomness()) % (half - addr));
    hostRun(static_cast<uint32_t>(randomness()) % memories[kProgram].size());
  }
  stopTraffic();
  hostValidPercent = hostReadyPercent = 100;
  hostRead(0, 2 * half);
  // Cycles are counted in more than 16 bits.
  control.leastCycles = 1 << 17;
  hostRun(3);
  control.leastCycles = 0;
}

static void hostStreamsOneBeatACycle() {
  uint64_t before = cycle;
  hostWrite(kFeatureMaps, 0, memories[kFeatureMaps].size());
  uint64_t beats = memories[kFeatureMaps].size() * memories[kFeatureMaps].beats();
  expect(cycle - before <= beats + 5, "a write takes more than a cycle a beat");
  before = cycle;
  hostRead(0, memories[kFeatureMaps].size());
  expect(cycle - before <= beats + 10, "a read takes more than a cycle a beat");
}

static void emptyTransfersHaveNoDataAndNoAnswer() {
  hostWrite(kParameters, 1, 0);
  hostRead(1, 0);
  for (int i = 0; i < 50; i++) tick();
  expect(hostAnswers.empty(), "an answer to no question");
  hostRead(0, 3);
}

// After a command that must be refused, and data that it may bring, nothing is written, read or run until an abort.
static void refuses(uint64_t command, int cause, int causeAfter = lutmac::error::kNone) {
  const uint64_t runs = control.runs;
  hostAnswers.clear();
  hostBeats.push_back(command);
  for (int i = 0; i < 5; i++) hostBeats.push_back(randomness());
  hostBeats.push_back(header(1, kFeatureMaps, 0, 1));
  hostBeats.push_back(header(3, 0, 0, 0));
  tickUntil([] { return hostBeats.empty() && !top.in_valid_i; }, "beats to refuse");
  for (int i = 0; i < 20; i++) tick();
  expect(hostAnswers.empty(), "an answer to a refused command");
  expect(control.runs == runs, "a run of a refused command");
  const std::vector<uint64_t> status = hostStatus();
  expect(field(lutmac::status::kCause, status) == static_cast<uint64_t>(cause), "status names a wrong cause");
  expect(status[1] == command, "status shows another command");
  hostAbort();
  expect(field(lutmac::status::kCause, hostStatus()) == static_cast<uint64_t>(causeAfter), "an abort leaves the refusal");
}

static void commandsThatCannotBeExecutedAreRefused() {
  using namespace lutmac::error;
  const uint32_t size = memories[kFeatureMaps].size();
  for (int operation : {0, 4, 5, 9, 10, 15}) refuses(header(operation, 0, 0, 7), kOperation);
  for (int memory = 4; memory < 16; memory++) refuses(header(1, memory, 0, 1), kMemory);
  for (int memory = 1; memory < 16; memory++) refuses(header(2, memory, 0, 1), kMemory);
  for (int operation : {3, 6, 7}) {
    refuses(header(operation, 1, 0, 0), kMemory);
    refuses(header(operation, 0, memories[kProgram].size(), 0), kRange);
  }
  refuses(header(2, 0, size, 1), kRange);
  refuses(header(2, 0, 1, size), kRange);
  refuses(header(2, 0, 0, 0xffffffffu), kRange);
  refuses(header(2, 0, 0xffffff, 0xffffffffu), kRange);
  for (int number = 0; number < 4; number++) {
    const uint32_t words = memories[number].size();
    refuses(header(1, number, 0, words + 1), kRange);
    refuses(header(1, number, words - 1, 2), kRange);
    refuses(header(1, number, 0xffffff, 1), kRange);
    refuses(header(1, number, words - 1, 0x80000001u), kRange);
    for (uint32_t beyond = 2 * words; beyond != 0; beyond <<= 1) refuses(header(1, number, 0, beyond), kRange);
    for (uint32_t beyond = words; beyond < 1u << 24; beyond <<= 1) refuses(header(1, number, beyond, 1), kRange);
    hostWrite(number, words - 1, 1);
    hostWrite(number, 0, words);
  }
  // None of their data has come anywhere.
  hostRead(0, size);
  for (CoreReadPort& port : ports) port.requestPercent = 60;
  for (int i = 0; i < 500; i++) tick();
  stopTraffic();
}

// A run that does not end by itself: what it answers, and that the next one does end.
static void endsEarly(End end, int error, uint32_t limit, int cause) {
  hostAnswers.clear();
  busyCycles = 0;
  control.end = end;
  control.error = error;
  control.expectedStart = 5;
  const uint64_t resets = control.resets;
  for (CoreReadPort& port : ports) port.requestPercent = 0;
  hostBeats.push_back(header(3, 0, 5, limit));
  if (cause == lutmac::error::kAborted) {
    for (int i = 0; i < 100; i++) tick();
    expect(hostAnswers.empty(), "an answer before the end");
    hostBeats.push_back(lutmac::host::kAbortHeader);
  }
  hostAnswersWith(1, "the answer to a run that fails");
  const std::vector<uint64_t> answer{hostAnswers.front()};
  expect(field(lutmac::answer::kCause, answer) == static_cast<uint64_t>(cause), "run answers with a wrong cause");
  expect(field(lutmac::answer::kCycles, answer) == busyCycles, "run answers with wrong cycles");
  if (cause == lutmac::error::kLimit) expect(busyCycles == limit, "the limit is not kept");
  expect(control.resets == resets + 1, "the core is not reset for one cycle");
  const std::vector<uint64_t> status = hostStatus();
  expect(field(lutmac::status::kCause, status) == static_cast<uint64_t>(cause), "status names another cause");
  expect(field(lutmac::status::kCycles, status) == busyCycles, "status has other cycles");
  if (cause != lutmac::error::kAborted) {
    const uint64_t runs = control.runs;
    hostBeats.push_back(header(3, 0, 0, 0));
    for (int i = 0; i < 50; i++) tick();
    expect(control.runs == runs, "a run while commands are refused");
    hostAbort();
  }
  control.end = End::kDone;
  hostRun(3);
}

static void everyRunEnds() {
  using namespace lutmac::error;
  endsEarly(End::kError, kChecksum, 0, kChecksum);
  endsEarly(End::kError, kDescriptor, 0, kDescriptor);
  endsEarly(End::kNever, 0, 1, kLimit);
  endsEarly(End::kNever, 0, 77, kLimit);
  endsEarly(End::kNever, 0, 0x1ffff, kLimit);  // a count of many bits
  endsEarly(End::kNever, 0, 0, kAborted);
  endsEarly(End::kNever, 0, 100000, kAborted);
  // An abort of nothing.
  hostAbort();
  hostRun(9);
  // Commands behind a run wait for its end.
  hostAnswers.clear();
  control.expectedStart = 2;
  hostBeats.push_back(header(3, 0, 2, 0));
  hostBeats.push_back(lutmac::host::kStatusHeader);
  hostAnswersWith(1 + lutmac::status::kBeats, "a run and status", 2);
  expect(hostAnswers[1] << 32 >> 32 == lutmac::status::kIdentificationWord, "status does not follow the run");
}

// Requests that are under way when a run is aborted have no answer in the next one.
static void nothingOfAnAbortedRunIsLeft() {
  for (int round = 0; round < 20; round++) {
    control.end = End::kNever;
    control.expectedStart = 1;
    hostAnswers.clear();
    hostBeats.push_back(header(3, 0, 1, 40 + round));
    for (CoreReadPort& port : ports) {
      port.requestPercent = 80;
      port.readyPercent = 20;
    }
    hostAnswersWith(1, "the answer at the limit");
    for (CoreReadPort& port : ports) {
      port.requestPercent = 0;
      port.readyPercent = 100;
    }
    stopTraffic();
    hostAbort();
    control.end = End::kDone;
    hostRun(1);
    for (CoreReadPort& port : ports) port.requestPercent = 60;
    for (int i = 0; i < 100; i++) tick();
    stopTraffic();
  }
}

// What the status says of steps and stalls: the probe has them with its activation and skip requests.
static void statusCountsStepsAndStalls() {
  control.end = End::kNever;
  control.expectedStart = 1;
  hostAnswers.clear();
  hostBeats.push_back(header(3, 0, 1, 300));
  activationPort.requestPercent = skipPort.requestPercent = 40;
  uint64_t steps = 0, stalls = 0;
  while (hostAnswers.empty()) {
    if (top.mon_busy_o) {
      steps += top.mon_step_o;
      stalls += CORE(mon_stall_o);
    }
    tick();
  }
  const std::vector<uint64_t> status = hostStatus();
  expect(steps > 0 && field(lutmac::status::kSteps, status) == steps, "status has other steps");
  expect(stalls > 0 && field(lutmac::status::kStalls, status) == stalls, "status has other stalls");
  stopTraffic();
  hostAbort();
  control.end = End::kDone;
}

static void resetEndsAnUnfinishedCommand() {
  hostBeats.push_back(header(1, kFeatureMaps, 0, 5));
  for (int i = 0; i < 10; i++) tick();
  hostBeats.clear();
  reset();
  hostRead(0, memories[kFeatureMaps].size());
}

// Whatever the host does meanwhile, also if it does not take its answers.
static void commandsInARunDoNotDelayTheCore() {
  for (int readyPercent : {0, 50, 100}) {
    inARun(
        [=] {
          const uint32_t half = memories[kFeatureMaps].size() / 2;
          hostReadyPercent = readyPercent;
          for (int i = 0; i < 20; i++) {
            hostBeats.push_back(header(1, kFeatureMaps, 1, half / 8));
            for (uint32_t word = 0; word < half / 8; word++) {
              memories[kFeatureMaps].words[1 + word] = randomWord(8 * COLS);
              for (uint64_t beat : toBeats(memories[kFeatureMaps].words[1 + word], memories[kFeatureMaps].beats())) {
                hostBeats.push_back(beat);
              }
            }
            hostBeats.push_back(header(2, kFeatureMaps, 3, half / 8));
          }
          everyPortSustainsOneWordACycle();
          hostReadyPercent = 100;
          tickUntil([] { return hostBeats.empty() && !top.in_valid_i; }, "the host's traffic");
          hostAnswers.clear();
        },
        6);
  }
}

// Writes and reads of the memories' lower halves while the core works on the upper ones, in many runs.
static void commandsAreExecutedWhileTheCoreRuns() {
  const uint32_t half = memories[kFeatureMaps].size() / 2;
  upperHalves = true;
  for (int round = 0; round < 80; round++) {
    for (CoreReadPort& port : ports) {
      port.requestPercent = static_cast<int>(randomness() % 90);
      port.readyPercent = 20 + static_cast<int>(randomness() % 81);
    }
    writePort.percent = static_cast<int>(randomness() % 80);
    hostValidPercent = 20 + static_cast<int>(randomness() % 81);
    hostReadyPercent = 20 + static_cast<int>(randomness() % 81);
    const uint64_t runs = control.runs;
    control.end = round % 4 == 0 ? End::kNever : End::kDone;
    const uint32_t limit = control.end == End::kNever ? 1 + static_cast<uint32_t>(randomness()) % 3000 : 0;
    hostStart(static_cast<uint32_t>(randomness()) % memories[kProgram].size(), limit);
    for (int command = static_cast<int>(randomness() % 4); command > 0; command--) {
      const int number = static_cast<int>(randomness() % 4);
      const uint32_t lower = memories[number].size() / 2;
      uint32_t addr = static_cast<uint32_t>(randomness()) % lower;
      hostWrite(number, addr, static_cast<uint32_t>(randomness()) % std::min(lower - addr, 100u));
      addr = static_cast<uint32_t>(randomness()) % half;
      hostRead(addr, static_cast<uint32_t>(randomness()) % std::min(half - addr, 100u));
    }
    if (round % 5 == 0) hostStatus();
    const std::vector<uint64_t> answer{hostWait()};
    expect(control.runs == runs + 1, "start did not start the core once");
    expect(field(lutmac::answer::kCycles, answer) == busyCycles, "wait answers with wrong cycles");
    expect(field(lutmac::answer::kCause, answer) == static_cast<uint64_t>(limit ? lutmac::error::kLimit : lutmac::error::kNone),
           "wait answers with a wrong cause");
    if (limit) expect(busyCycles == limit, "a run that was started does not keep its limit");
    if (limit) hostAbort();
  }
  control.end = End::kDone;
  stopTraffic();
  upperHalves = false;
  hostValidPercent = hostReadyPercent = 100;
  for (CoreReadPort& port : ports) port.requestPercent = 60;
  inARun([] {
    for (int i = 0; i < 2000; i++) tick();
    stopTraffic();
  });
  hostRead(0, 2 * half);
}

// Between a start and the wait for its end no other run begins.
static void runsAreWaitedFor() {
  using namespace lutmac::error;
  // With no run before it a wait tells of the last one.
  hostRun(7);
  const uint64_t last = hostAnswers.front();
  expect(hostWait() == last, "a wait for nothing tells something else");
  for (int operation : {3, 6}) {
    for (bool over : {false, true}) {
      control.end = over ? End::kDone : End::kNever;
      hostStart(6, 0);
      tickUntil([] { return top.mon_busy_o; }, "the run's start");
      for (int i = 0; i < 500; i++) tick();
      expect(top.mon_busy_o != over, "a run has ended, or has not");
      refuses(header(operation, 0, 6, 0), kBusy, over ? kNone : kAborted);
      // The abort that led out of the refusal has ended the run, too.
      expect(!top.mon_busy_o, "an abort leaves a run that was started");
      control.end = End::kDone;
      hostRun(1);
    }
  }
  // A run that fails is told of where it is waited for, and then refuses what follows.
  control.end = End::kError;
  control.error = kChecksum;
  hostStart(2, 0);
  for (int i = 0; i < 500; i++) tick();
  expect(!top.mon_busy_o, "a run that fails has not ended");
  hostRead(0, 5);
  expect(field(lutmac::answer::kCause, {hostWait()}) == kChecksum, "wait answers with a wrong cause");
  hostAnswers.clear();
  hostBeats.push_back(header(2, kFeatureMaps, 0, 5));
  for (int i = 0; i < 50; i++) tick();
  expect(hostAnswers.empty(), "a read behind a run that has failed");
  hostAbort();
  expect(field(lutmac::answer::kCause, {hostWait()}) == kChecksum, "a wait tells something else of the last run");
  hostRead(0, 5);
  control.end = End::kDone;
  hostRun(3);
}

// What comes behind it is executed when the run has come to the layer, or is over; it has no answer.
static void commandsWaitForALayer() {
  const uint32_t layer = 3;
  for (bool over : {false, true}) {
    for (uint32_t at : {0u, layer - 1, layer, layer + 1}) {
      hostAnswers.clear();
      control.end = End::kNever;
      CORE(layer) = 0;
      hostStart(6, 0);
      tickUntil([] { return top.mon_busy_o; }, "the run's start");
      CORE(layer) = at;
      hostBeats.push_back(header(8, 0, layer, 0));
      hostBeats.push_back(lutmac::host::kStatusHeader);
      for (int i = 0; i < 100; i++) tick();
      expect(hostAnswers.size() == (at >= layer ? lutmac::status::kBeats : 0), "a command did not wait for its layer");
      if (over) control.end = End::kDone;
      if (!over) CORE(layer) = layer;
      hostAnswersWith(lutmac::status::kBeats, "the status behind a layer");
      if (!over) hostAbort();
      const uint64_t cause = field(lutmac::answer::kCause, {hostWait()});
      expect(cause == static_cast<uint64_t>(over ? lutmac::error::kNone : lutmac::error::kAborted), "the run ended with another cause");
    }
  }
  CORE(layer) = 0;
  control.end = End::kDone;
  // An abort ends the wait for a layer with its run; without a run nothing is waited for.
  inARun([] {
    hostBeats.push_back(header(8, 0, 9, 0));
    for (int i = 0; i < 20; i++) tick();
  }, 6);
  hostBeats.push_back(header(8, 0, 9, 0));
  hostStatus();
  hostRun(1);
  refuses(header(8, 1, 0, 0), lutmac::error::kMemory);
  refuses(header(8, 0, static_cast<uint32_t>(memories[kProgram].size()), 0), lutmac::error::kRange);
}

int main(int argc, char** argv) {
  Verilated::commandArgs(argc, argv);
  CORE(done) = CORE(error) = CORE(layer) = CORE(start_ready) = CORE(out_valid) = 0;
  reset();
  hostWritesEveryMemoryAndTheCoreReadsIt();
  inARun(everyPortSustainsOneWordACycle);
  inARun(nothingIsLostWhileTheCoreTakesNothing);
  inARun(activationsGoBeforeSkips);
  allPortsAtOnceKeepDataAndOrder();
  hostStreamsOneBeatACycle();
  emptyTransfersHaveNoDataAndNoAnswer();
  commandsInARunDoNotDelayTheCore();
  commandsAreExecutedWhileTheCoreRuns();
  runsAreWaitedFor();
  commandsWaitForALayer();
  commandsThatCannotBeExecutedAreRefused();
  everyRunEnds();
  nothingOfAnAbortedRunIsLeft();
  statusCountsStepsAndStalls();
  resetEndsAnUnfinishedCommand();
  std::printf("PASS: %llu checks in %llu cycles\n", static_cast<unsigned long long>(checks),
              static_cast<unsigned long long>(cycle));
  return 0;
}
