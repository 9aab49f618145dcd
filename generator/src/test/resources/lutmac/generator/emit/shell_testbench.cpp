// Drives every port of the shell with random traffic and random back-pressure and compares data, tags and order with
// a model of the memories. COLS, FM_AW, WGT_AW, PAR_AW, PROG_AW, TAG_W and PACKED, 1 where the core writes parts of
// words, are defined on the command line.
//
// The feature maps are shared by host and core: while both are at work, the host keeps to the lower half and the core
// writes the upper half, because nothing orders their accesses.
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
  bool known;
};

/** What the core wrote last cycle: a read accepted in the same cycle has no defined value. */
static bool writeFires = false;
static uint32_t writeAddr = 0;

class CoreReadPort {
 public:
  using Drive = std::function<void(bool reqValid, uint32_t addr, uint32_t tag, bool rspReady)>;
  using Sample = std::function<void(bool& reqReady, bool& rspValid, Word& data, uint32_t& tag)>;

  CoreReadPort(const char* name, Memory& memory, bool tagged, Drive drive, Sample sample)
      : name_(name), memory_(memory), tagged_(tagged), drive_(drive), sample_(sample) {}

  int requestPercent = 0;   // chance of a new request in a cycle
  int readyPercent = 100;   // chance to take a response in a cycle
  uint64_t accepted = 0, answered = 0;

  bool pending() const { return valid_ || !expected_.empty(); }

  /** Before a clock edge: what moves at this edge, and what the core drives after it. */
  void step() {
    bool reqReady, rspValid;
    Word data;
    uint32_t tag;
    sample_(reqReady, rspValid, data, tag);
    if (rspValid) {
      expect(!expected_.empty(), name_ + ": a response that nobody asked for");
      if (ready_) {
        const Expected& next = expected_.front();
        expect(!next.known || data == next.data, name_ + ": wrong data");
        expect(!tagged_ || tag == next.tag, name_ + ": wrong tag");
        expected_.pop_front();
        answered++;
      }
    }
    if (valid_ && reqReady) {
      bool collides = &memory_ == &memories[kFeatureMaps] && writeFires && writeAddr == addr_;
      expected_.push_back({memory_.words[addr_], tag_, !collides});
      accepted++;
      valid_ = false;
    }
    if (!valid_ && chance(requestPercent)) {
      valid_ = true;
      addr_ = static_cast<uint32_t>(randomness()) & (memory_.size() - 1);
      tag_ = static_cast<uint32_t>(randomness()) & ((1u << TAG_W) - 1);
      // Where the host may be writing, the core does not look.
      if (&memory_ == &memories[kFeatureMaps]) addr_ |= memory_.size() / 2;
    }
    ready_ = chance(readyPercent);
    drive_(valid_, valid_ ? addr_ : 0, valid_ ? tag_ : 0, ready_);
  }

 private:
  std::string name_;
  Memory& memory_;
  bool tagged_;
  Drive drive_;
  Sample sample_;
  bool valid_ = false, ready_ = false;
  uint32_t addr_ = 0;
  uint32_t tag_ = 0;
  std::deque<Expected> expected_;
};

#define READ_PORT(port, memory, bits)                                                    \
  CoreReadPort(                                                                          \
      #port, memory, false,                                                              \
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
    READ_PORT(prog, memories[kProgram], 32),
    READ_PORT(wgt, memories[kWeights], 4 * COLS),
    READ_PORT(par, memories[kParameters], 42 * COLS),
    READ_PORT(skip, memories[kFeatureMaps], 8 * COLS),
    CoreReadPort(
        "act", memories[kFeatureMaps], true,
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
static CoreReadPort& parameterPort = ports[2];
static CoreReadPort& skipPort = ports[3];
static CoreReadPort& activationPort = ports[4];

struct CoreWritePort {
  int percent = 0;
  bool valid = false;
  uint32_t addr = 0;
  uint8_t strobes = 0;
  Word data = Word(COLS);
  uint64_t accepted = 0;
};
static CoreWritePort writePort;

static void sampleWrite() {
  writeFires = writePort.valid && CORE(out_ready_i);
  writeAddr = writePort.addr;
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
  if (!writePort.valid && chance(writePort.percent)) {
    writePort.valid = true;
    writePort.addr = (static_cast<uint32_t>(randomness()) & (memory.size() - 1)) | memory.size() / 2;
    writePort.strobes = PACKED ? static_cast<uint8_t>(randomness() & 15) : 15;
    writePort.data = randomWord(8 * COLS);
  }
  CORE(out_valid) = writePort.valid;
  CORE(out_addr) = writePort.addr;
  CORE(out_strb) = writePort.strobes;
  assign(CORE(out_data), writePort.data);
}

struct CoreControl {
  bool ready = false;
  bool running = false;
  uint32_t expectedStart = 0;
  int cyclesToDone = 0;
  bool done = false;
  uint64_t runs = 0;
};
static CoreControl control;

static void stepControl() {
  if (CORE(start_valid_i) && control.ready) {
    expect(!control.running, "a start while the core runs");
    expect(CORE(start_pc_i) == control.expectedStart, "wrong program start");
    control.running = true;
    control.runs++;
    control.cyclesToDone = static_cast<int>(randomness() % 200);
  }
  control.done = control.running && control.cyclesToDone-- == 0;
  if (control.done) control.running = false;
  control.ready = chance(30);
  CORE(start_ready) = control.ready;
  CORE(done) = control.done;
}

// ---- the host's streams ----

static std::deque<uint64_t> hostBeats;
static std::deque<uint64_t> hostAnswers;
static int hostValidPercent = 100, hostReadyPercent = 100;
static uint64_t busyCycles = 0;

static void tick() {
  sampleWrite();
  bool beatTaken = top.in_valid_i && top.in_ready_o;
  if (top.out_valid_o && top.out_ready_i) hostAnswers.push_back(top.out_data_o);
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
  hostBeats.push_back(header(2, kFeatureMaps, addr, words));
  tickUntil([&] { return hostAnswers.size() >= expected.size() && hostBeats.empty(); }, "the host's read");
  for (size_t i = 0; i < expected.size(); i++) {
    expect(hostAnswers[i] == expected[i], "the host reads a wrong beat " + std::to_string(i));
  }
}

static void hostRun(uint32_t start) {
  hostAnswers.clear();
  busyCycles = 0;
  control.expectedStart = start;
  uint64_t runs = control.runs;
  hostBeats.push_back(header(3, 0, start, 0));
  tickUntil([] { return !hostAnswers.empty(); }, "the answer to run");
  expect(control.runs == runs + 1, "run did not start the core once");
  expect(hostAnswers[0] == busyCycles, "run reports " + std::to_string(hostAnswers[0]) + " cycles instead of " +
                                           std::to_string(busyCycles));
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
  for (int i = 0; i < 2000; i++) tick();
  stopTraffic();
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
    uint64_t before = port.accepted;
    port.requestPercent = 100;
    port.readyPercent = 0;
    for (int i = 0; i < 50; i++) tick();
    expect(port.accepted - before <= 5, "more requests are accepted than there are places");
    expect(port.accepted - before >= 4, "fewer requests are accepted than there are places");
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

static void unknownCommandsAndEmptyTransfersAreDropped() {
  hostBeats.push_back(header(0, 0, 0, 7));
  hostBeats.push_back(header(9, 0, 0, 7));
  hostWrite(kParameters, 1, 0);
  hostRead(1, 0);
  for (int i = 0; i < 50; i++) tick();
  expect(hostAnswers.empty(), "an answer to no question");
  hostRead(0, 3);
}

static void resetEndsAnUnfinishedCommand() {
  hostBeats.push_back(header(1, kFeatureMaps, 0, 5));
  for (int i = 0; i < 10; i++) tick();
  hostBeats.clear();
  reset();
  hostRead(0, memories[kFeatureMaps].size());
}

int main() {
  CORE(done) = CORE(start_ready) = CORE(out_valid) = 0;
  reset();
  hostWritesEveryMemoryAndTheCoreReadsIt();
  everyPortSustainsOneWordACycle();
  nothingIsLostWhileTheCoreTakesNothing();
  activationsGoBeforeSkips();
  allPortsAtOnceKeepDataAndOrder();
  hostStreamsOneBeatACycle();
  unknownCommandsAndEmptyTransfersAreDropped();
  resetEndsAnUnfinishedCommand();
  std::printf("PASS: %llu checks in %llu cycles\n", static_cast<unsigned long long>(checks),
              static_cast<unsigned long long>(cycle));
  return 0;
}
