// Drives a verilated accelerator, through the host streams of its shell (stream_bench.h) or through a bus with a
// memory (axi_bench.h, where LUTMAC_AXI is defined), and logs what its core writes.
//
//   simulator JOB [TRACE.fst] [+verilator+seed+N]
//
// JOB is a file, the result goes to standard output as it comes into being (whatever the model prints goes to standard
// error, when the run has ended). It ends when its standard input does.
// All integers are little-endian. The accelerator's ports, commands and word layouts: docs/hardware.md, sections 2 and 8.
//
// Job:
//   8 bytes  "LUTMACJ6"
//   u32      bytes of a feature-map word (M)
//   u32      stallPermille: chance that the host pauses a stream for a cycle, in 1/1000
//   u64      seed of the pauses
//   u64      watchdog: cycles without any progress after which the run is given up
//   u64      limit: cycles, from the first write of an image to the end of its result, after which the run is given up
//   u32      image to trace, 0xffffffff: none;  u64 first, u64 last cycle of the trace, counted from the image's RUN
//   u32      start address of the program
//   u32      n, n x u32       layers of each run of the core, where an image takes several; 0: one run
//   u32      layer from which on the host writes the next image beside a run, 0xffffffff: it never does; behind streams
//   u32      latency: cycles from a request to the memory's first answer; u32 burst limit: requests of a kind that the
//            memory holds at most; u32 bytes, that many bytes: the memory image. On a bus only, else 0 and ignored.
//   u32      n, n x WRITE     before the first image: program, weights, parameters; on a bus 0
//   u32      n, n x {u32 address, u32 words}     feature-map regions to read back after every image
//   u32      n images, each: u32 d, d x DISTURBANCE, u32 k, k x WRITE
//   DISTURBANCE =  u32 cycles to wait, u64 beat that the host then sends, whatever it means; on a bus u32 when,
//                  u64 what goes wrong with a run (axi_bench.h)
//   WRITE =  u32 memory, u32 address, u32 words, u32 beats of a word, then words * beats u64
//
// Result, a sequence of records, each one tag byte and
//   'I'  u32 image                                             an image starts, disturbances are over
//   'W'  u16 layer, u32 cycle, u32 address, u8 strobes, M bytes      the core wrote these quarters of a feature-map word
//   'R'  u32 region, words * M bytes                           a region as the host read it
//   'E'  u64 cycles from the first one in which the core is busy to the last one, u64 the shell's count of busy ones,
//        u64 cycles from the driver's start to the interrupt, loading of the memory image left out; behind streams those
//        from the end of the image before, or from the first write of the first one, to the end of this one,
//        u32 n, n x u64 array steps of layer 0..n-1             the image is done
//   'X'  u32 length, text                                      the run was given up (a hang, a failed assertion), nothing follows
//   'D'  u64 cycles since reset, f64 seconds, u64 pausedIn, u64 pausedOut     the job is done; cycles in which the host
//        held a beat back, and in which it let a beat of the accelerator wait
// Cycles are counted from the first one in which the core is busy. Layers are counted over all runs of an image. The exit status is 0 after 'D' and 'X', else 1.

#ifdef LUTMAC_AXI
#include "axi_bench.h"
using DesignBench = AxiBench;
#else
#include "stream_bench.h"
using DesignBench = StreamBench;
#endif

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
  if (std::memcmp(magic, "LUTMACJ6", sizeof magic) != 0) die("not a job of this version");
  ResultStream result(resultFd);
  const auto start = std::chrono::steady_clock::now();
  DesignBench bench(job, result, output, context, tracePath);
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
