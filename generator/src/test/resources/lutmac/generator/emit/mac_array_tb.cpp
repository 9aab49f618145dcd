// Self-checking testbench of mac_array, any style.
//
// Compile-time: TB_ROWS, TB_COLS, TB_ACC, TB_ACT, TB_PLANES.
// Arguments: SEED FILE, and those of the model behind them. The file holds layers as numbers: act_signed, depthwise, gap percent, stall percent, most cycles
// that steps may wait (0: any), cycles from the first segment's last step to the last row (0: any), table entries; the 16 levels of every plane; the table's words; segments; and for each of
// these its steps, a step being its plane, TB_ROWS activations (TB_ROWS * TB_COLS of a depthwise layer) and TB_COLS weight
// codes. The seed is that of the gaps and stalls.
//
// The table of a layer is written into one bank while the layer before runs with the other.
//
// The model is a plain sum of x * level over the steps of a segment, modulo 2^TB_ACC.

#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <deque>
#include <fstream>
#include <random>
#include <vector>

#include "Vmac_array.h"
#include "verilated.h"

double sc_time_stamp() { return 0; }

namespace {

constexpr int kRows = TB_ROWS;
constexpr int kCols = TB_COLS;
constexpr int kAcc = TB_ACC;
constexpr int kAct = TB_ACT;
constexpr int kPlanes = TB_PLANES;
constexpr int64_t kAccMask = (int64_t{1} << kAcc) - 1;

std::mt19937_64 rng;

int64_t uniform(int64_t lo, int64_t hi) { return std::uniform_int_distribution<int64_t>(lo, hi)(rng); }
bool chance(int percent) { return uniform(0, 99) < percent; }

// Bit fields of ports of any width.
template <typename T>
void put(T& port, int lsb, int width, uint64_t value) {
  const T mask = static_cast<T>(((uint64_t{1} << width) - 1) << lsb);
  port = static_cast<T>((port & ~mask) | (static_cast<T>(value << lsb) & mask));
}

template <std::size_t N>
void put(VlWide<N>& port, int lsb, int width, uint64_t value) {
  for (int i = 0; i < width; ++i) {
    const uint32_t bit = uint32_t{1} << ((lsb + i) % 32);
    if ((value >> i) & 1) {
      port[(lsb + i) / 32] |= bit;
    } else {
      port[(lsb + i) / 32] &= ~bit;
    }
  }
}

template <typename T>
uint64_t get(const T& port, int lsb, int width) {
  return (static_cast<uint64_t>(port) >> lsb) & ((uint64_t{1} << width) - 1);
}

template <std::size_t N>
uint64_t get(const VlWide<N>& port, int lsb, int width) {
  uint64_t value = 0;
  for (int i = 0; i < width; ++i) {
    value |= static_cast<uint64_t>((port[(lsb + i) / 32] >> ((lsb + i) % 32)) & 1) << i;
  }
  return value;
}

struct Step {
  int plane;
  // Of every element; alike in a row where the layer is not depthwise.
  std::array<std::array<int, kCols>, kRows> x;
  std::array<int, kCols> code;
  bool first;
  bool last;
};

using Row = std::array<int64_t, kCols>;

struct Layer {
  bool isSigned;
  bool depthwise;
  int gapPercent;
  int stallPercent;
  uint64_t mostWaits;
  uint64_t exactCycles;
  std::vector<uint32_t> table;
  std::vector<Step> steps;
  std::deque<Row> rows;
};

int64_t number(std::istream& in) {
  int64_t value = 0;
  if (!(in >> value)) {
    std::printf("the layers end too early\n");
    std::exit(2);
  }
  return value;
}

void readSegment(std::istream& in, Layer& layer, const std::array<int64_t, 16 * kPlanes>& level) {
  const std::size_t begin = layer.steps.size();
  for (int64_t n = number(in); n > 0; --n) {
    Step step{};
    step.plane = static_cast<int>(number(in));
    for (auto& row : step.x) {
      row[0] = static_cast<int>(number(in));
      for (int c = 1; c < kCols; ++c) row[c] = layer.depthwise ? static_cast<int>(number(in)) : row[0];
    }
    for (int& code : step.code) code = static_cast<int>(number(in));
    layer.steps.push_back(step);
  }
  layer.steps[begin].first = true;
  layer.steps.back().last = true;
  for (int r = 0; r < kRows; ++r) {
    Row row{};
    for (std::size_t n = begin; n < layer.steps.size(); ++n) {
      const Step& step = layer.steps[n];
      for (int c = 0; c < kCols; ++c) row[c] += step.x[r][c] * level[16 * step.plane + step.code[c]];
    }
    for (int c = 0; c < kCols; ++c) row[c] &= kAccMask;
    layer.rows.push_back(row);
  }
}

Layer readLayer(std::istream& in) {
  Layer layer{};
  layer.isSigned = number(in) != 0;
  layer.depthwise = number(in) != 0;
  layer.gapPercent = static_cast<int>(number(in));
  layer.stallPercent = static_cast<int>(number(in));
  layer.mostWaits = static_cast<uint64_t>(number(in));
  layer.exactCycles = static_cast<uint64_t>(number(in));
  layer.table.resize(static_cast<std::size_t>(number(in)));
  std::array<int64_t, 16 * kPlanes> level{};
  for (int64_t& value : level) value = number(in);
  for (uint32_t& word : layer.table) word = static_cast<uint32_t>(number(in));
  for (int64_t n = number(in); n > 0; --n) readSegment(in, layer, level);
  return layer;
}

class Bench {
 public:
  Bench() {
    dut_.clk_i = 0;
    dut_.rst_ni = 0;
    dut_.table_we_i = 0;
    dut_.step_valid_i = 0;
    dut_.row_ready_i = 0;
    dut_.x_rows_i = kRows;
    for (int n = 0; n < 3; ++n) tick();
    dut_.rst_ni = 1;
  }

  ~Bench() { dut_.final(); }

  void tick() {
    dut_.clk_i = 1;
    dut_.eval();
    dut_.clk_i = 0;
    dut_.eval();
    ++cycles_;
  }

  // Writes the next entry of a layer's table into the bank that is not in use; returns false behind the last one.
  bool writeEntry(const Layer& layer) {
    dut_.table_we_i = entry_ < layer.table.size();
    if (!dut_.table_we_i) return false;
    dut_.table_bank_i = !bank_;
    dut_.table_addr_i = entry_;
    dut_.table_data_i = layer.table[entry_];
    ++entry_;
    return true;
  }

  // Completes the table of a layer and switches to it.
  void start(const Layer& layer) {
    while (writeEntry(layer)) tick();
    entry_ = 0;
    bank_ = !bank_;
    dut_.layer_bank_i = bank_;
    dut_.act_signed_i = layer.isSigned;
    dut_.depthwise_i = layer.depthwise;
  }

  // What a layer does not look at is anything.
  void drive(const Step& step, bool depthwise) {
    for (int r = 0; r < kRows; ++r) {
      put(dut_.x_i, kAct * r, kAct, depthwise ? rng() : static_cast<uint64_t>(step.x[r][0]));
      for (int c = 0; c < kCols; ++c) {
        put(dut_.xw_i, 8 * (r * kCols + c), 8, depthwise ? static_cast<uint64_t>(step.x[r][c]) : rng());
      }
    }
    for (int c = 0; c < kCols; ++c) put(dut_.code_i, 4 * c, 4, step.code[c]);
    dut_.step_plane_i = step.plane;
    dut_.step_first_i = step.first;
    dut_.step_last_i = step.last;
  }

  // Runs a layer, and writes the table of the next one, if there is one; returns the number of wrong sums.
  int run(Layer& layer, const Layer* following) {
    start(layer);
    int wrong = 0;
    std::size_t next = 0;
    bool offered = false;
    bool waiting = false;
    Row held{};
    std::size_t rowIndex = 0;
    // Cycles in which a step waited, after the first.
    uint64_t waits = 0;
    // Cycles since the last step of the first segment.
    bool ended = false;
    uint64_t since = 0;
    for (uint64_t idle = 0; next < layer.steps.size() || !layer.rows.empty();) {
      if (!offered && next < layer.steps.size() && !chance(layer.gapPercent)) {
        offered = true;
        drive(layer.steps[next], layer.depthwise);
      }
      dut_.step_valid_i = offered;
      dut_.row_ready_i = !chance(layer.stallPercent);
      dut_.table_we_i = 0;
      if (following != nullptr && chance(50)) writeEntry(*following);
      dut_.eval();
      bool progress = false;
      if (waiting && !dut_.row_valid_o) return fail("row_valid_o fell before the beat was taken");
      if (dut_.row_valid_o) {
        Row row{};
        for (int c = 0; c < kCols; ++c) row[c] = get(dut_.row_acc_o, kAcc * c, kAcc);
        if (waiting && row != held) return fail("row_acc_o changed while it waited");
        waiting = !dut_.row_ready_i;
        held = row;
        if (dut_.row_ready_i) {
          if (layer.rows.empty()) return fail("a row too many");
          for (int c = 0; c < kCols; ++c) {
            if (row[c] != layer.rows.front()[c] && ++wrong <= 4) {
              std::printf("segment %zu row %zu col %d: expected %llx got %llx\n", rowIndex / kRows, rowIndex % kRows,
                          c, static_cast<unsigned long long>(layer.rows.front()[c]),
                          static_cast<unsigned long long>(row[c]));
            }
          }
          layer.rows.pop_front();
          ++rowIndex;
          compared_ += kCols;
          progress = true;
        }
      }
      if (ended) ++since;
      if (offered && dut_.step_ready_o) {
        ended = ended || layer.steps[next].last;
        offered = false;
        ++next;
        progress = true;
      } else if (offered && next > 0) {
        ++waits;
      }
      tick();
      idle = progress ? 0 : idle + 1;
      if (idle > 20000) return fail("no progress for 20000 cycles");
    }
    dut_.step_valid_i = 0;
    dut_.table_we_i = 0;
    dut_.row_ready_i = 1;
    for (int n = static_cast<int>(uniform(0, 60)); n > 0; --n) {
      dut_.eval();
      if (dut_.row_valid_o) return fail("a row too many");
      tick();
    }
    if (layer.exactCycles != 0 && since != layer.exactCycles) {
      std::printf("expected the last row after %llu cycles, it left after %llu\n",
                  static_cast<unsigned long long>(layer.exactCycles), static_cast<unsigned long long>(since));
      return 1;
    }
    if (layer.mostWaits != 0 && waits > layer.mostWaits) return fail("full-rate segments waited");
    return wrong;
  }

  uint64_t compared() const { return compared_; }
  uint64_t cycles() const { return cycles_; }

 private:
  static int fail(const char* what) {
    std::printf("%s\n", what);
    return 1;
  }

  Vmac_array dut_;
  bool bank_ = false;
  std::size_t entry_ = 0;
  uint64_t cycles_ = 0;
  uint64_t compared_ = 0;
};

int check(uint64_t seed, std::istream& layers) {
  rng.seed(seed);
  std::vector<Layer> all;
  while ((layers >> std::ws).peek() != std::istream::traits_type::eof()) all.push_back(readLayer(layers));
  Bench bench;
  int wrong = 0;
  for (std::size_t n = 0; n < all.size() && wrong == 0; ++n) {
    wrong += bench.run(all[n], n + 1 < all.size() ? &all[n + 1] : nullptr);
  }
  std::printf("%s %llu sums %llu cycles\n", wrong == 0 ? "PASS" : "FAIL",
              static_cast<unsigned long long>(bench.compared()), static_cast<unsigned long long>(bench.cycles()));
  return wrong == 0 ? 0 : 1;
}

}  // namespace

int main(int argc, char** argv) {
  Verilated::commandArgs(argc, argv);
  if (argc < 3) {
    std::printf("usage: %s SEED FILE\n", argv[0]);
    return 2;
  }
  std::ifstream layers(argv[2]);
  if (!layers) {
    std::printf("cannot read %s\n", argv[2]);
    return 2;
  }
  return check(std::strtoull(argv[1], nullptr, 10), layers);
}
