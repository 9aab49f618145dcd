// Drives a verilated accelerator through the host streams of its shell and logs what its core writes.
//
//   simulator JOB [TRACE.fst] [+verilator+seed+N]
//
// JOB is a file, the result goes to standard output as it comes into being (whatever the model prints goes to standard
// error, when the run has ended). It ends when its standard input does.
// All integers are little-endian. The accelerator's ports, commands and word layouts: docs/hardware.md, sections 2 and 8.
//
// Job:
//   8 bytes  "LUTMACJ2"
//   u32      bytes of a feature-map word (M)
//   u32      stallPermille: chance that the host pauses a stream for a cycle, in 1/1000
//   u64      seed of the pauses
//   u64      watchdog: cycles without any progress after which the run is given up
//   u32      image to trace, 0xffffffff: none;  u64 first, u64 last cycle of the trace, counted from the image's RUN
//   u32      start address of the program
//   u32      n, n x WRITE     before the first image: program, weights, parameters
//   u32      n, n x {u32 address, u32 words}     feature-map regions to read back after every image
//   u32      n images, each: u32 d, d x DISTURBANCE, u32 k, k x WRITE
//   DISTURBANCE =  u32 cycles to wait, u64 beat that the host then sends, whatever it means
//   WRITE =  u32 memory, u32 address, u32 words, u32 beats of a word, then words * beats u64
//
// Result, a sequence of records, each one tag byte and
//   'I'  u32 image                                             an image starts, disturbances are over
//   'W'  u16 layer, u32 cycle, u32 address, u8 strobes, M bytes      the core wrote these quarters of a feature-map word
//   'R'  u32 region, words * M bytes                           a region as the host read it
//   'E'  u64 busy cycles, u64 the shell's count of them, u32 n, n x u64 array steps of layer 0..n-1      the image is done
//   'X'  u32 length, text                                      the run was given up (a hang, a failed assertion), nothing follows
//   'D'  u64 cycles since reset, f64 seconds, u64 pausedIn, u64 pausedOut     the job is done; cycles in which the host
//        held a beat back, and in which it let a beat of the accelerator wait
// Cycles are counted from the first one in which the core is busy. The exit status is 0 after 'D' and 'X', else 1.

#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include "Vlutmac_top.h"
#include "lutmac_layout.h"
#include "verilated.h"
#if VM_TRACE
#include "verilated_fst_c.h"
#endif

namespace {

static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "words are copied as bytes");

constexpr uint32_t kNoImage = 0xffffffffu;

// More than the beats of any memory, and cycles after which the shell has nothing more to say.
constexpr uint32_t kMostAborts = 1u << 28;
constexpr int kQuietCycles = 60;

[[noreturn]] void die(const std::string& why) {
  std::fprintf(stderr, "harness: %s\n", why.c_str());
  std::exit(1);
}

// The run cannot go on for a reason that lies in the design.
struct GivenUp {
  std::string why;
};

class JobFile {
 public:
  explicit JobFile(const char* path) : file_(std::fopen(path, "rb")) {
    if (!file_) die(std::string("cannot open the job ") + path);
  }
  ~JobFile() { std::fclose(file_); }

  void bytes(void* to, size_t count) {
    if (std::fread(to, 1, count, file_) != count) die("the job is truncated");
  }
  template <class T>
  T value() {
    T v;
    bytes(&v, sizeof v);
    return v;
  }
  uint32_t u32() { return value<uint32_t>(); }
  uint64_t u64() { return value<uint64_t>(); }

 private:
  FILE* file_;
};

class ResultStream {
 public:
  explicit ResultStream(int fd) : file_(fdopen(fd, "wb")) {
    if (!file_) die("cannot open the result stream");
    std::setvbuf(file_, nullptr, _IOFBF, 1 << 18);
  }

  void tag(char c) { bytes(&c, 1); }
  template <class T>
  void value(T v) {
    bytes(&v, sizeof v);
  }
  void bytes(const void* from, size_t count) {
    if (std::fwrite(from, 1, count, file_) != count) die("the reader of the result went away");
  }
  void flush() {
    if (std::fflush(file_) != 0) die("the reader of the result went away");
  }

 private:
  FILE* file_;
};

// What the model prints. Verilator writes a failed assertion there before it stops the model.
class ModelOutput {
 public:
  // From here on standard output is the model's.
  ModelOutput() : file_(std::tmpfile()) {
    if (!file_ || dup2(fileno(file_), STDOUT_FILENO) < 0) die("cannot keep what the model prints");
  }
  ~ModelOutput() {
    const std::string text = all();
    std::fwrite(text.data(), 1, text.size(), stderr);
    std::fclose(file_);
  }

  // The first error: for an assertion its message and, in brackets, the instance whose contract is broken.
  std::string firstError() {
    const std::string text = all();
    const std::string mark = "Assertion failed in TOP.";
    size_t begin = text.find(mark);
    if (begin == std::string::npos) {
      begin = text.find("%Error");
      if (begin == std::string::npos) begin = text.find('%');
      return begin == std::string::npos ? "the design stopped without a message" : line(text, begin);
    }
    const std::string found = line(text, begin + mark.size());
    const size_t colon = found.find(": ");
    if (colon == std::string::npos) return "an assertion without a message failed in " + found;
    return "assertion failed: " + found.substr(colon + 2) + " [" + found.substr(0, colon) + "]";
  }

 private:
  static std::string line(const std::string& text, size_t begin) {
    return text.substr(begin, text.find('\n', begin) - begin);
  }

  std::string all() {
    std::fflush(stdout);
    std::string text;
    char chunk[4096];
    std::rewind(file_);
    for (size_t n; (n = std::fread(chunk, 1, sizeof chunk, file_)) > 0;) text.append(chunk, n);
    return text;
  }

  FILE* file_;
};

// xorshift64*: Vigna, "An experimental exploration of Marsaglia's xorshift generators, scrambled", 2016.
class Dice {
 public:
  explicit Dice(uint64_t seed) : state_(seed * 0x9e3779b97f4a7c15ull | 1) {}
  bool hit(uint32_t permille) {
    if (permille == 0) return false;
    state_ ^= state_ >> 12;
    state_ ^= state_ << 25;
    state_ ^= state_ >> 27;
    return ((state_ * 0x2545f4914f6cdd1dull) >> 40) % 1000 < permille;
  }

 private:
  uint64_t state_;
};

class Bench {
 public:
  Bench(JobFile& job, ResultStream& result, ModelOutput& output, VerilatedContext& context, const char* tracePath)
      : job_(job), result_(result), output_(output), context_(context), tracePath_(tracePath), top_(&context) {
    wordBytes_ = job.u32();
    if (wordBytes_ > sizeof top_.mon_wr_data_o) die("the job's words are wider than the design's");
    stallPermille_ = job.u32();
    dice_ = Dice(job.u64());
    watchdog_ = job.u64();
    tracedImage_ = job.u32();
    traceFirst_ = job.u64();
    traceLast_ = job.u64();
    startAddress_ = job.u32();
#if VM_TRACE
    if (tracedImage_ != kNoImage) {
      if (!tracePath_) die("no file for the trace");
      context_.traceEverOn(true);
      top_.trace(&fst_, 99);
    }
#else
    if (tracedImage_ != kNoImage) die("this simulator was built without tracing");
#endif
  }

  ~Bench() {
    stopTrace();
    top_.final();
  }

  void runJob() {
    reset();
    writeAll();
    std::vector<Region> regions(job_.u32());
    for (Region& region : regions) {
      region.address = job_.u32();
      region.words = job_.u32();
    }
    const uint32_t images = job_.u32();
    for (uint32_t image = 0; image < images; image++) {
      image_ = image;
      disturb();
      result_.tag('I');
      result_.value(image);
      writeAll();
      run();
      for (uint32_t i = 0; i < regions.size(); i++) readBack(i, regions[i]);
      endImage();
    }
  }

  uint64_t cycles() const { return cycle_; }
  uint64_t pausedIn() const { return pausedIn_; }
  uint64_t pausedOut() const { return pausedOut_; }

 private:
  struct Region {
    uint32_t address, words;
  };

  void reset() {
    top_.clk_i = 0;
    top_.in_valid_i = 0;
    top_.in_data_i = 0;
    top_.out_ready_i = 0;
    top_.rst_ni = 1;
    top_.eval();
    top_.rst_ni = 0;
    top_.eval();
    for (int i = 0; i < 4; i++) {
      top_.eval();
      edge();
    }
    top_.rst_ni = 1;
    progressAt_ = cycle_;
  }

  // One clock cycle; the combinational outputs have settled already.
  void edge() {
    dump();
    context_.timeInc(1);
    top_.clk_i = 1;
    top_.eval();
    dump();
    context_.timeInc(1);
    top_.clk_i = 0;
    cycle_++;
  }

  // Offers `send` (if any) to the input stream and takes a beat of the output stream into `taken_` if `take`.
  // Once offered, a beat stays until it is accepted, as the protocol demands.
  void tick(const uint64_t* send, bool take) {
    offering_ = send && (offering_ || !dice_.hit(stallPermille_));
    if (send && !offering_) pausedIn_++;
    top_.in_valid_i = offering_;
    top_.in_data_i = offering_ ? *send : 0;
    top_.out_ready_i = take && !dice_.hit(stallPermille_);
    top_.eval();
    sent_ = offering_ && top_.in_ready_o;
    if (sent_) offering_ = false;
    got_ = top_.out_valid_o && top_.out_ready_i;
    if (got_) taken_ = top_.out_data_o;
    if (top_.out_valid_o && !take) unexpected_++;
    if (top_.out_valid_o && take && !got_) pausedOut_++;
    monitor();
    edge();
    if (context_.gotError()) throw GivenUp{output_.firstError() + where()};
    if (sent_ || got_) progressAt_ = cycle_;
    if (cycle_ - progressAt_ > watchdog_) hang();
    if (context_.gotFinish()) throw GivenUp{"the design called $finish in cycle " + std::to_string(cycle_)};
  }

  void monitor() {
    if (top_.mon_busy_o) {
      if (!running_) {
        running_ = true;
        busy_ = 0;
      } else {
        busy_++;
      }
    }
    const uint32_t layer = top_.mon_layer_o;
    if (layer != lastLayer_) {
      lastLayer_ = layer;
      progress();
    }
    if (top_.mon_step_o) {
      if (steps_.size() <= layer) steps_.resize(layer + 1);
      steps_[layer]++;
      progress();
    }
    if (top_.mon_wr_valid_o) {
      if (!disturbing_) {
        result_.tag('W');
        result_.value<uint16_t>(layer);
        result_.value<uint32_t>(busy_);
        result_.value<uint32_t>(top_.mon_wr_addr_o);
        result_.value<uint8_t>(top_.mon_wr_strb_o);
        result_.bytes(&top_.mon_wr_data_o, wordBytes_);
      }
      progress();
    }
  }

  void progress() {
    progressAt_ = cycle_;
    progressBusy_ = busy_;
  }

  // ", in cycle ..." of the cycle that has just ended.
  std::string where() const {
    if (!running_) return ", in cycle " + std::to_string(cycle_ - 1) + " since reset";
    return ", in layer " + std::to_string(lastLayer_) + ", cycle " + std::to_string(busy_) + " of image " +
           std::to_string(image_);
  }

  [[noreturn]] void hang() {
    std::string where = waiting_;
    if (running_) {
      where += ": hang in layer " + std::to_string(lastLayer_) + ", last progress in cycle " +
               std::to_string(progressBusy_) + " of image " + std::to_string(image_);
    } else {
      where += ": no progress for " + std::to_string(watchdog_) + " cycles";
    }
    throw GivenUp{where};
  }

  void sendBeat(uint64_t beat) {
    do tick(&beat, false);
    while (!sent_);
  }

  uint64_t takeBeat() {
    do tick(nullptr, true);
    while (!got_);
    return taken_;
  }

  static uint64_t bits(lutmac::Field field, uint64_t value) {
    return (value & ((uint64_t(1) << field.width) - 1)) << field.position;
  }

  static uint64_t value(lutmac::Field field, uint64_t word) {
    return word >> field.position % 64 & ((uint64_t(1) << field.width) - 1);
  }

  static uint64_t header(uint64_t operation, uint64_t memory, uint64_t address, uint64_t words) {
    using namespace lutmac::host;
    return bits(kOperation, operation) | bits(kMemory, memory) | bits(kAddress, address) | bits(kWords, words);
  }

  void writeAll() {
    waiting_ = "host write";
    for (uint32_t left = job_.u32(); left > 0; left--) {
      const uint32_t memory = job_.u32(), address = job_.u32(), words = job_.u32(), beats = job_.u32();
      std::vector<uint64_t> data(size_t(words) * beats);
      job_.bytes(data.data(), data.size() * sizeof(uint64_t));
      sendBeat(header(lutmac::host::kWrite, memory, address, words));
      for (uint64_t beat : data) sendBeat(beat);
    }
  }

  // Sends beats that mean anything or nothing, takes whatever comes, and then finds back as the protocol says.
  void disturb() {
    uint32_t left = job_.u32();
    if (left == 0) return;
    waiting_ = "disturbance";
    disturbing_ = true;
    for (; left > 0; left--) {
      for (uint32_t pause = job_.u32(); pause > 0; pause--) tick(nullptr, true);
      const uint64_t beat = job_.u64();
      do tick(&beat, true);
      while (!sent_);
    }
    // In the midst of a write the commands are its data: ever more of them end it.
    for (uint32_t aborts = 1; !statusAfter(aborts); aborts *= 2) {
      if (aborts > kMostAborts) throw GivenUp{"the accelerator does not answer a status command" + where()};
    }
    unexpected_ = 0;
    running_ = disturbing_ = false;
  }

  bool statusAfter(uint32_t aborts) {
    using namespace lutmac;
    const uint64_t abort = host::kAbortHeader, question = host::kStatusHeader;
    std::vector<uint64_t> answer;
    auto listen = [&](const uint64_t* beat) {
      tick(beat, true);
      if (!got_) return;
      if (!answer.empty() || value(status::kIdentification, taken_) == status::kIdentificationWord) answer.push_back(taken_);
    };
    for (; aborts > 0; aborts--) {
      do listen(&abort);
      while (!sent_);
    }
    do listen(&question);
    while (!sent_);
    for (int quiet = 0; quiet < kQuietCycles; quiet++) {
      listen(nullptr);
      if (got_) quiet = 0;
    }
    return answer.size() == status::kBeats;
  }

  void run() {
    steps_.clear();
    running_ = false;
    waiting_ = "run";
    busy_ = progressBusy_ = 0;
    startTrace();
    sendBeat(header(lutmac::host::kRun, 0, startAddress_, 0));
    const uint64_t answer = takeBeat();
    answered_ = value(lutmac::answer::kCycles, answer);
    busyCycles_ = running_ ? busy_ + 1 : 0;
    running_ = false;
    const int cause = int(value(lutmac::answer::kCause, answer));
    if (cause != lutmac::error::kNone) {
      throw GivenUp{std::string("the accelerator stopped: ") + lutmac::error::meaning(cause) + ", in layer " +
                    std::to_string(value(lutmac::answer::kLayer, answer)) + ", cycle " + std::to_string(answered_) +
                    " of image " + std::to_string(image_)};
    }
    waiting_ = "host read";
  }

  void readBack(uint32_t index, const Region& region) {
    const uint32_t beats = (wordBytes_ + 7) / 8;
    // All of them before the record begins: a design may stop answering at any word.
    std::vector<uint64_t> words(size_t(region.words) * beats);
    sendBeat(header(lutmac::host::kRead, lutmac::memory::kFeatureMaps, region.address, region.words));
    for (uint64_t& beat : words) beat = takeBeat();
    result_.tag('R');
    result_.value(index);
    for (uint32_t w = 0; w < region.words; w++) result_.bytes(&words[size_t(w) * beats], wordBytes_);
  }

  void endImage() {
    stopTrace();
    if (unexpected_) throw GivenUp{"the design answered with beats that no command asked for"};
    result_.tag('E');
    result_.value(busyCycles_);
    result_.value(answered_);
    result_.value<uint32_t>(steps_.size());
    for (uint64_t steps : steps_) result_.value(steps);
    result_.flush();
  }

  void startTrace() {
#if VM_TRACE
    if (image_ == tracedImage_) {
      fst_.open(tracePath_);
      if (!fst_.isOpen()) die(std::string("cannot write the trace ") + tracePath_);
      tracing_ = true;
    }
#endif
  }

  void dump() {
#if VM_TRACE
    if (tracing_ && busy_ >= traceFirst_ && busy_ <= traceLast_) fst_.dump(context_.time());
#endif
  }

  void stopTrace() {
#if VM_TRACE
    if (tracing_) fst_.close();
    tracing_ = false;
#endif
  }

  JobFile& job_;
  ResultStream& result_;
  ModelOutput& output_;
  VerilatedContext& context_;
  const char* tracePath_;
  Vlutmac_top top_;
#if VM_TRACE
  VerilatedFstC fst_;
  bool tracing_ = false;
#endif
  Dice dice_{0};
  uint32_t wordBytes_ = 0, stallPermille_ = 0, tracedImage_ = kNoImage, startAddress_ = 0;
  uint64_t watchdog_ = 0, traceFirst_ = 0, traceLast_ = 0;

  uint64_t cycle_ = 0, progressAt_ = 0, progressBusy_ = 0, busy_ = 0, busyCycles_ = 0, answered_ = 0, taken_ = 0, unexpected_ = 0;
  uint64_t pausedIn_ = 0, pausedOut_ = 0;
  uint32_t image_ = kNoImage, lastLayer_ = 0;
  bool running_ = false, disturbing_ = false, offering_ = false, sent_ = false, got_ = false;
  std::string waiting_ = "reset";
  std::vector<uint64_t> steps_;
};

}  // namespace

// Whoever starts this program keeps its standard input open. Its end means that he is gone: nobody reads the results.
static void endWithStarter() {
  std::thread([] {
    char byte;
    while (true) {
      const ssize_t count = read(STDIN_FILENO, &byte, 1);
      if (count == 0 || (count < 0 && errno != EINTR)) _exit(1);
    }
  }).detach();
}

int main(int argc, char** argv) {
  endWithStarter();
  if (argc < 2) die("usage: simulator JOB [TRACE.fst] [+verilator+...]");
  // The model may print; the result stream must stay clean.
  const int resultFd = dup(STDOUT_FILENO);
  if (resultFd < 0) die("cannot set up the result stream");
  ModelOutput output;

  VerilatedContext context;
  context.randReset(2);
  // An error in the model (a failed assertion) ends the run in tick(), not the program.
  context.fatalOnError(false);
  context.commandArgs(argc, argv);
  const char* tracePath = argc > 2 && argv[2][0] != '+' ? argv[2] : nullptr;

  JobFile job(argv[1]);
  char magic[8];
  job.bytes(magic, sizeof magic);
  if (std::memcmp(magic, "LUTMACJ2", sizeof magic) != 0) die("not a job of this version");
  ResultStream result(resultFd);
  const auto start = std::chrono::steady_clock::now();
  Bench bench(job, result, output, context, tracePath);
  try {
    bench.runJob();
  } catch (const GivenUp& reason) {
    result.tag('X');
    result.value<uint32_t>(reason.why.size());
    result.bytes(reason.why.data(), reason.why.size());
    result.flush();
    return 0;
  }
  result.tag('D');
  result.value(bench.cycles());
  result.value(std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  result.value(bench.pausedIn());
  result.value(bench.pausedOut());
  result.flush();
  return 0;
}
