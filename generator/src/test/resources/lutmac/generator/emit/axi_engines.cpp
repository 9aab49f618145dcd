// Gives both engines of an accelerator on a bus random transfers beside a bus that pauses at random, answers with errors and
// loses answers, stops them at random, and holds bursts, words, beats and what they tell to a model. ADDR_W and DATA_W are
// defined on the command line. An error, a lost answer and a stop end a transfer: then the bus settles or is given up,
// and everything goes on. The model gets the program's arguments.
#include <algorithm>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <deque>
#include <random>
#include <string>
#include <vector>

#include "Vaxi_engines.h"
#include "verilated.h"

namespace {

constexpr uint64_t kRounds = 400;
constexpr uint32_t kBurstWords = 64, kMostBursts = 4;
constexpr uint32_t kWordBeats = DATA_W / 64;
constexpr uint64_t kAddrMask = (uint64_t(1) << ADDR_W) - 1;

Vaxi_engines top;
std::mt19937_64 randomness(2024);
uint64_t cycle = 0, checks = 0;

[[noreturn]] void fail(const std::string& what) {
  std::printf("FAIL in cycle %llu: %s\n", static_cast<unsigned long long>(cycle), what.c_str());
  std::exit(1);
}
void expect(bool holds, const char* what) {
  checks++;
  if (!holds) fail(what);
}
uint32_t below(uint32_t n) { return uint32_t(randomness() % n); }

// What a beat of the memory holds.
uint64_t beatOf(uint64_t beat) { return beat * 0x9e3779b97f4a7c15u ^ 0x1234567; }

void words(const void* port, uint64_t* beats) { std::memcpy(beats, port, DATA_W / 8); }

// How eager everybody is, in percent; drawn for every round.
uint32_t busPercent, hostPercent;
bool eager(uint32_t percent) { return below(100) < percent; }

enum Trouble { kNone, kError, kLostRead, kLostWrite, kStop, kTroubles };

struct Burst {
  uint64_t addr;
  uint32_t left;
  uint32_t id;
  uint64_t ready;
};

// A transfer as it should be seen on the bus, burst by burst.
struct Transfer {
  uint64_t addr = 0, asked = 0;
  uint32_t beats = 0, moved = 0;
  uint32_t words() const { return (beats + kWordBeats - 1) / kWordBeats; }
  // Checks the next burst.
  void burst(uint64_t addrSeen, uint32_t len) {
    const uint64_t begin = (addr + asked) & kAddrMask;
    const uint32_t space = kBurstWords - uint32_t(begin % kBurstWords);
    expect(addrSeen == begin, "a burst begins elsewhere");
    expect(len + 1 == std::min<uint64_t>(words() - asked, space), "a burst has another length");
    asked += len + 1;
  }
};

Transfer drawn() {
  Transfer transfer;
  transfer.addr = randomness() & kAddrMask;
  if (below(3) == 0) transfer.addr |= kBurstWords - 1;
  transfer.beats = below(4) == 0 ? below(4) : below(600);
  return transfer;
}

Transfer reading, writing;
std::deque<Burst> reads, writes, answers;
// Words that were written, with strobes and the mark of the last one; they may come before their burst is taken.
std::deque<std::vector<uint64_t>> written;
// Bursts that are not answered before they are given up.
std::deque<Burst> lostReads, lostAnswers;
bool readValid = false, answerValid = false;
uint32_t response = 0, trouble = kNone, troubleIn = 0, stored = 0;
bool struck = false, readFault = false, writeFault = false, stopped = false, lost = false;
bool heldRead = false, heldWrite = false, heldWord = false;
uint64_t heldReadAddr = 0, heldWriteAddr = 0, heldBeats[kWordBeats];

bool strikes(Trouble kind) {
  if (trouble != uint32_t(kind) || struck || troubleIn-- != 0) return false;
  return struck = true;
}

void edge() {
  top.clk_i = 1;
  top.eval();
  top.clk_i = 0;
  top.eval();
  cycle++;
}

// A word of the oldest burst.
void store() {
  Burst& burst = writes.front();
  const std::vector<uint64_t> word = written.front();
  written.pop_front();
  for (uint32_t i = 0; i < kWordBeats; i++) {
    const uint64_t part = word[kWordBeats] >> 8 * i & 0xff;
    expect(part == 0 || part == 0xff, "a part of a beat is written");
    const uint64_t index = ((burst.addr - writing.addr) & kAddrMask) * kWordBeats + i;
    const bool own = index < writing.beats;
    if (part != 0) expect(own && word[i] == beatOf(writing.addr * kWordBeats + index), "another beat is written");
    if (part != 0) stored++;
    if (own && !stopped) expect(part != 0, "a beat is left out");
  }
  burst.addr = (burst.addr + 1) & kAddrMask;
  expect(bool(word[kWordBeats + 1]) == (burst.left == 1), "the last word of a burst is another one");
  if (--burst.left == 0) {
    const Burst answer{0, uint32_t(strikes(kError) ? 2 : 0), burst.id, cycle + below(30)};
    if (strikes(kLostWrite)) lost = true;
    (lost && trouble == kLostWrite ? lostAnswers : answers).push_back(answer);
    writes.pop_front();
  }
}

// One cycle: drives inputs, looks at outputs, lets the clock rise.
void tick() {
  top.r_burst_ready = reads.size() < 6 && eager(busPercent);
  if (!readValid && !reads.empty() && reads.front().ready <= cycle && eager(busPercent)) {
    readValid = true;
    response = strikes(kError) ? 2 + below(2) : 0;
  }
  top.r_word_valid = readValid;
  if (readValid) {
    const Burst& burst = reads.front();
    uint64_t beats[kWordBeats];
    for (uint32_t i = 0; i < kWordBeats; i++) beats[i] = response ? ~uint64_t(0) : beatOf(burst.addr * kWordBeats + i);
    std::memcpy(&top.r_word_data, beats, sizeof beats);
    top.r_word_id = burst.id;
    top.r_word_resp = response;
    top.r_word_last = burst.left == 1;
  }
  top.r_data_ready = eager(hostPercent);
  top.w_burst_ready = eager(busPercent);
  top.w_word_ready = eager(busPercent);
  if (!top.w_data_valid && writing.moved < writing.beats && !stopped) top.w_data_valid = eager(hostPercent);
  top.w_data = beatOf(writing.addr * kWordBeats + writing.moved);
  answerValid = !answers.empty() && answers.front().ready <= cycle && (answerValid || eager(busPercent));
  top.w_answer_valid = answerValid;
  if (answerValid) {
    top.w_answer_id = answers.front().id;
    top.w_answer_resp = answers.front().left;
  }
  top.eval();
  const auto isOwn = [](const Burst& one) { return one.id == top.id; };

  // What was offered stays.
  expect(!heldRead || (top.r_burst_valid && top.r_burst_addr == heldReadAddr), "a read burst changes");
  expect(!heldWrite || (top.w_burst_valid && top.w_burst_addr == heldWriteAddr), "a write burst changes");
  uint64_t beats[kWordBeats];
  words(&top.w_word_data, beats);
  expect(!heldWord || (top.w_word_valid && std::memcmp(beats, heldBeats, sizeof beats) == 0), "a word changes");
  heldRead = top.r_burst_valid && !top.r_burst_ready;
  heldReadAddr = top.r_burst_addr;
  heldWrite = top.w_burst_valid && !top.w_burst_ready;
  heldWriteAddr = top.w_burst_addr;
  heldWord = top.w_word_valid && !top.w_word_ready;
  std::memcpy(heldBeats, beats, sizeof beats);

  // Whether anything went on, for who watches the bus.
  const bool readsGoOn = (top.r_burst_valid && top.r_burst_ready) || (readValid && top.r_word_ready);
  const bool ownAnswer = answerValid && answers.front().id == top.id;
  const bool writesGoOn = (top.w_burst_valid && top.w_burst_ready) || (top.w_word_valid && top.w_word_ready) || ownAnswer;
  expect(top.r_progress == readsGoOn, "reads go on, or not");
  expect(top.w_progress == writesGoOn, "writes go on, or not");

  if (top.r_burst_valid && top.r_burst_ready) {
    const Burst burst{top.r_burst_addr, uint32_t(top.r_burst_len) + 1, uint32_t(top.r_burst_id), cycle + below(30)};
    // A burst that was offered when its round was given up is taken in a later one.
    const bool own = burst.id == top.id;
    if (own) reading.burst(top.r_burst_addr, top.r_burst_len);
    if (own && strikes(kLostRead)) lost = true;
    if (own && lost && trouble == kLostRead) lostReads.push_back(burst);
    else reads.push_back(burst);
    expect(std::count_if(reads.begin(), reads.end(), isOwn) + lostReads.size() <= kMostBursts, "too many read bursts are under way");
  }
  if (top.r_data_valid && top.r_data_ready) {
    expect(!top.stop, "a beat comes after a stop");
    expect(reading.moved < reading.beats, "a beat too many is read");
    expect(top.r_data == beatOf(reading.addr * kWordBeats + reading.moved), "a beat is another one");
    reading.moved++;
  }
  if (top.r_fault_valid) {
    expect(trouble == kError && struck && !readFault, "a read fault is told that is none");
    // A word may wait in the engine behind the one that the bus offers.
    expect(top.r_fault_resp >= 2, "a fault without an error");
    expect(top.r_owed_addr == ((reading.addr + reading.moved / kWordBeats) & kAddrMask), "the fault is elsewhere");
    readFault = true;
  }
  if (readValid && top.r_word_ready) {
    readValid = false;
    Burst& burst = reads.front();
    burst.addr = (burst.addr + 1) & kAddrMask;
    if (--burst.left == 0) reads.pop_front();
  }
  if (top.w_burst_valid && top.w_burst_ready) {
    writing.burst(top.w_burst_addr, top.w_burst_len);
    writes.push_back({top.w_burst_addr, uint32_t(top.w_burst_len) + 1, uint32_t(top.w_burst_id), 0});
    expect(std::count_if(answers.begin(), answers.end(), isOwn) + writes.size() + lostAnswers.size() <= kMostBursts, "too many write bursts are under way");
  }
  bool taken = false;
  if (top.w_data_valid && top.w_data_ready) {
    writing.moved++;
    taken = true;
  }
  if (top.w_word_valid && top.w_word_ready) {
    written.push_back({beats, beats + kWordBeats});
    written.back().push_back(top.w_word_strb);
    written.back().push_back(top.w_word_last);
  }
  while (!written.empty() && !writes.empty()) store();
  if (top.w_fault_valid) {
    expect(trouble == kError && struck && !writeFault, "a write fault is told that is none");
    writeFault = true;
  }
  if (answerValid) {
    answerValid = false;
    answers.pop_front();
  }
  edge();
  if (taken) top.w_data_valid = 0;
}

// Everything has gone on as far as it can without the lost answers.
bool waitsForNothingElse() {
  if (!reads.empty() || !writes.empty() || !written.empty() || !answers.empty()) return false;
  return trouble == kLostRead ? !top.w_busy : !top.r_busy && (!top.w_busy || lostAnswers.size() == kMostBursts);
}

void round(uint32_t kind) {
  trouble = kind;
  troubleIn = below(kind == kLostRead || kind == kLostWrite ? 4 : 12);
  struck = readFault = writeFault = stopped = lost = false;
  busPercent = 20 + below(81);
  hostPercent = 20 + below(81);
  stored = 0;
  reading = drawn();
  writing = drawn();
  const bool reads_ = below(4) != 0, writes_ = !reads_ || below(3) != 0;
  if (!reads_) reading.beats = 0;
  if (!writes_) writing.beats = 0;
  top.r_transfer_addr = reading.addr;
  top.r_transfer_beats = reading.beats;
  top.w_transfer_addr = writing.addr;
  top.w_transfer_beats = writing.beats;
  expect(!top.r_busy && !top.w_busy, "busy at the beginning");
  top.r_transfer_valid = reads_;
  top.w_transfer_valid = writes_;
  top.eval();
  expect(top.r_transfer_ready && top.w_transfer_ready, "a transfer is not taken");
  tick();
  top.r_transfer_valid = top.w_transfer_valid = 0;
  const uint64_t stopAt = kind == kStop ? cycle + below(400) : UINT64_MAX;
  const uint64_t giveUpAt = cycle + 20000;
  while (top.r_busy || top.w_busy || !top.r_settled || !top.w_settled) {
    if (readFault || writeFault || cycle >= stopAt || (lost && waitsForNothingElse())) {
      stopped = true;
      break;
    }
    if (cycle > giveUpAt) fail("a transfer does not end");
    tick();
  }
  if (!stopped) {
    expect(reading.moved == reading.beats && reading.asked == reading.words(), "not all is read");
    expect(writing.moved == writing.beats && writing.asked == writing.words(), "not all is written");
    expect(stored == writing.beats, "not all has come to the memory");
    expect(!top.r_owed && !top.w_owed, "something is owed at the end");
    return;
  }
  top.stop = 1;
  top.w_data_valid = 0;
  const uint64_t until = cycle + 3000;
  do tick();
  while (!(top.r_settled && top.w_settled && !top.w_busy) && cycle < until);
  expect(!top.r_busy && !top.w_busy, "busy after a stop");
  expect(top.r_settled == !(lost && trouble == kLostRead), "reads settle, or not");
  expect(top.w_settled == !(lost && trouble == kLostWrite), "writes settle, or not");
  if (lost) {
    expect(top.r_owed || top.w_owed, "a lost answer is owed no more");
    top.forget = 1;
    tick();
    top.forget = 0;
    top.id = (top.id + 1) & 3;
    // What comes with the old identifier is nobody's.
    if (below(2)) {
      reads.insert(reads.end(), lostReads.begin(), lostReads.end());
      answers.insert(answers.end(), lostAnswers.begin(), lostAnswers.end());
    }
    lostReads.clear();
    lostAnswers.clear();
    tick();
    top.eval();
  }
  expect(top.r_settled && top.w_settled, "a stop does not settle");
  top.stop = 0;
  top.eval();
}

}  // namespace

int main(int argc, char** argv) {
  Verilated::commandArgs(argc, argv);
  top.rst_ni = 1;
  top.eval();
  top.rst_ni = 0;
  for (int i = 0; i < 3; i++) edge();
  top.rst_ni = 1;
  top.eval();
  uint32_t ended[kTroubles] = {};
  for (uint64_t i = 0; i < kRounds; i++) {
    const uint32_t kind = below(2) ? uint32_t(kNone) : below(kTroubles);
    round(kind);
    ended[kind] += stopped;
  }
  for (uint32_t kind = kError; kind <= kStop; kind++) expect(ended[kind] > 10, "a trouble hardly ever comes");
  std::printf("PASS: %llu checks in %llu cycles, %u errors, %u and %u lost answers, %u stops\n", static_cast<unsigned long long>(checks),
              static_cast<unsigned long long>(cycle), ended[kError], ended[kLostRead], ended[kLostWrite], ended[kStop]);
  top.final();
}
