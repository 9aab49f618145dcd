// The driver lutmac.c against a verilated accelerator on a bus: driver_bus IMAGE CODES OUTPUT POLL runs an image twice,
// by interrupt or (POLL is 1) by polling, writes its output, and prints class and cycles.
//
// The memory behind the bus takes a burst at a time and answers without delay; lutmac's own harness has one that stalls.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <vector>

#include "Vlutmac_top.h"
#include "verilated.h"
extern "C" {
#include "lutmac_design.h"
}

namespace {

constexpr uint64_t kBase = 0x40000000;
constexpr uint32_t kMostCycles = 2000000;

std::vector<uint8_t> contents(const char* path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) std::exit(3);
  return {std::istreambuf_iterator<char>(file), {}};
}

class Board {
 public:
  explicit Board(size_t bytes) : memory_(bytes) {
    top_.rst_ni = 0;
    for (int i = 0; i < 5; i++) tick();
    top_.rst_ni = 1;
    for (int i = 0; i < 5; i++) tick();
  }
  ~Board() { top_.final(); }

  uint8_t* at(uint64_t address) { return memory_.data() + (address - kBase); }
  bool interrupt() const { return top_.irq_o; }

  void write(uint32_t offset, uint32_t value) {
    top_.axil_awaddr_i = offset;
    top_.axil_wdata_i = value;
    top_.axil_wstrb_i = 15;
    top_.axil_awvalid_i = top_.axil_wvalid_i = 1;
    while (top_.axil_awvalid_i || top_.axil_wvalid_i) {
      top_.eval();
      const bool address = top_.axil_awvalid_i && top_.axil_awready_o, data = top_.axil_wvalid_i && top_.axil_wready_o;
      tick();
      if (address) top_.axil_awvalid_i = 0;
      if (data) top_.axil_wvalid_i = 0;
    }
    top_.axil_bready_i = 1;
    for (bool taken = false; !taken;) {
      top_.eval();
      taken = top_.axil_bvalid_o;
      tick();
    }
    top_.axil_bready_i = 0;
  }

  uint32_t read(uint32_t offset) {
    top_.axil_araddr_i = offset;
    top_.axil_arvalid_i = 1;
    for (bool taken = false; !taken;) {
      top_.eval();
      taken = top_.axil_arready_o;
      tick();
    }
    top_.axil_arvalid_i = 0;
    top_.axil_rready_i = 1;
    uint32_t value = 0;
    for (bool taken = false; !taken;) {
      top_.eval();
      taken = top_.axil_rvalid_o;
      value = top_.axil_rdata_o;
      tick();
    }
    top_.axil_rready_i = 0;
    return value;
  }

  void tick() {
    top_.axi_arready_i = readBeats_ == 0;
    top_.axi_rvalid_i = readBeats_ > 0;
    top_.axi_rid_i = readId_;
    top_.axi_rlast_i = readBeats_ == 1;
    top_.axi_rresp_i = 0;
    if (readBeats_ > 0) std::memcpy(&top_.axi_rdata_i, at(readAddress_), sizeof(uint64_t));
    top_.axi_awready_i = !writing_ && !answering_;
    top_.axi_wready_i = writing_;
    top_.axi_bvalid_i = answering_;
    top_.axi_bid_i = writeId_;
    top_.axi_bresp_i = 0;
    top_.eval();
    if (top_.rst_ni) sample();
    top_.clk_i = 1;
    top_.eval();
    top_.clk_i = 0;
    top_.eval();
    if (++cycles_ > kMostCycles) {
      std::fprintf(stderr, "the accelerator does not end\n");
      std::exit(5);
    }
  }

 private:
  void sample() {
    if (readBeats_ > 0) {
      if (top_.axi_rready_o) {
        readBeats_--;
        readAddress_ += sizeof(uint64_t);
      }
    } else if (top_.axi_arvalid_o) {
      readAddress_ = top_.axi_araddr_o;
      readBeats_ = top_.axi_arlen_o + 1;
      readId_ = top_.axi_arid_o;
    }
    if (answering_) {
      answering_ = !top_.axi_bready_o;
    } else if (writing_) {
      if (top_.axi_wvalid_o) {
        const uint64_t data = top_.axi_wdata_o;
        for (int byte = 0; byte < 8; byte++) {
          if (top_.axi_wstrb_o >> byte & 1) at(writeAddress_)[byte] = uint8_t(data >> 8 * byte);
        }
        writeAddress_ += sizeof(uint64_t);
        writing_ = !top_.axi_wlast_o;
        answering_ = top_.axi_wlast_o;
      }
    } else if (top_.axi_awvalid_o) {
      writeAddress_ = top_.axi_awaddr_o;
      writeId_ = top_.axi_awid_o;
      writing_ = true;
    }
  }

  Vlutmac_top top_;
  std::vector<uint8_t> memory_;
  uint64_t readAddress_ = 0, writeAddress_ = 0;
  uint32_t readBeats_ = 0, readId_ = 0, writeId_ = 0, cycles_ = 0;
  bool writing_ = false, answering_ = false;
};

uint32_t readRegister(void* board, uint32_t offset) { return static_cast<Board*>(board)->read(offset); }
void writeRegister(void* board, uint32_t offset, uint32_t value) { static_cast<Board*>(board)->write(offset, value); }
int waitForInterrupt(void* board) {
  while (!static_cast<Board*>(board)->interrupt()) static_cast<Board*>(board)->tick();
  return 0;
}

size_t aligned(size_t bytes) { return (bytes + 63) / 64 * 64; }

}  // namespace

int main(int, char** arguments) {
  const lutmac_description* design = &lutmac_design;
  const std::vector<uint8_t> image = contents(arguments[1]), codes = contents(arguments[2]);
  const uint64_t input = kBase + aligned(image.size()), output = input + aligned(design->input_bytes);
  const uint64_t scratch = output + aligned(design->output_bytes);
  Board board(scratch + aligned(design->scratch_bytes) - kBase);
  const bool poll = std::atoi(arguments[4]) != 0;
  lutmac_bus bus = {readRegister, writeRegister, poll ? nullptr : waitForInterrupt, &board};
  if (lutmac_bus_check(&bus, design) != LUTMAC_OK) return 6;
  lutmac_description another = *design;
  another.fingerprint ^= 1;
  if (lutmac_bus_check(&bus, &another) != LUTMAC_MISMATCH) return 11;
  if (design->scratch_bytes > 0) lutmac_bus_scratch(&bus, scratch);
  std::memcpy(board.at(kBase), image.data(), image.size());
  lutmac_pack(design, codes.data(), board.at(input));
  lutmac_result result = {};
  for (int run = 0; run < 2; run++) {
    std::memset(board.at(output), 0xee, design->output_bytes);
    if (lutmac_bus_start(&bus, kBase, input, output, 0) != LUTMAC_OK) return 9;
    // A second start is told that the first one runs.
    if (lutmac_bus_start(&bus, kBase, input, output, 0) != LUTMAC_BUSY) return 10;
    const int outcome = lutmac_bus_finish(&bus, 1000000, &result);
    if (outcome != LUTMAC_OK) {
      std::fprintf(stderr, "outcome %d, cause %u at %llx\n", outcome, result.cause, (unsigned long long)result.address);
      return 7;
    }
  }
  std::ofstream(arguments[3], std::ios::binary)
      .write(reinterpret_cast<const char*>(board.at(output)), design->output_bytes);
  std::printf("class %u, %u cycles\n", lutmac_argmax(design, 0, board.at(output)), result.cycles);
  return 0;
}
