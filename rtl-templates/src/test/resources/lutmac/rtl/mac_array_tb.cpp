// Self-checking testbench of mac_array, both styles.
//
// Compile-time: TB_ROWS, TB_COLS, TB_ACC, and TB_BIN (width of a bin) for the style "bins"; without TB_BIN the style is "csd".
// Arguments: SEED LAYERS checks LAYERS random layers; "bench CYCLES" measures simulation speed.
//
// The model is a plain sum of x * W over the steps of a segment, modulo 2^TB_ACC. Weights, table contents and the drain
// schedule are made here from docs/hardware.md section 5.

#include <algorithm>
#include <array>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>
#include <deque>
#include <random>
#include <type_traits>
#include <vector>

#include "Vmac_array.h"
#include "verilated.h"

double sc_time_stamp() { return 0; }

namespace {

constexpr int kRows = TB_ROWS;
constexpr int kCols = TB_COLS;
constexpr int kAcc = TB_ACC;
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

struct Digit {
  bool neg;
  int shift;
};

// Digits of the non-adjacent form, most significant first.
std::vector<Digit> digitsOf(int value) {
  std::vector<Digit> digits;
  for (int shift = 0; value != 0; ++shift) {
    if (value % 2 != 0) {
      const int digit = 2 - (((value % 4) + 4) % 4);
      digits.insert(digits.begin(), Digit{digit < 0, shift});
      value -= digit;
    }
    value /= 2;
  }
  return digits;
}

std::vector<int> twoDigitValues() {
  std::vector<int> values;
  for (int v = -128; v <= 127; ++v) {
    if (v != 0 && digitsOf(v).size() <= 2) values.push_back(v);
  }
  return values;
}

using Table = std::array<int, 16>;

// The words of the table port.
std::vector<uint32_t> tableWords(const Table& table) {
  std::vector<uint32_t> words;
#ifdef TB_BIN
  for (int position = 7; position >= 0; --position) {
    std::vector<uint32_t> level;
    for (int code = 1; code < 16; ++code) {
      for (const Digit& digit : digitsOf(table[code])) {
        if (digit.shift == position) level.push_back(code | (digit.neg ? 1u << 5 : 0));
      }
    }
    std::shuffle(level.begin(), level.end(), rng);
    if (level.empty() && !words.empty()) level.push_back(0);
    if (!level.empty() && !words.empty()) level[0] |= 1u << 4;
    words.insert(words.end(), level.begin(), level.end());
  }
  // The last entry must add: end with bin 0, which is zero.
  if (words.empty() || (words.back() >> 5 & 1)) words.push_back(0);
  words.back() |= 1u << 6;
#else
  for (int code = 0; code < 16; ++code) {
    uint32_t word = 0;
    const std::vector<Digit> digits = digitsOf(table[code]);
    const auto slot = [](const Digit& d) { return 1u << 4 | (d.neg ? 1u << 3 : 0) | static_cast<uint32_t>(d.shift); };
    if (digits.size() == 2) {
      word = slot(digits[0]) | slot(digits[1]) << 5;
    } else if (digits.size() == 1) {
      word = digits[0].shift <= 5 ? slot(digits[0]) << 5 : slot(digits[0]);
    }
    words.push_back(word);
  }
#endif
  return words;
}

struct Step {
  std::array<int, kRows> x;
  std::array<int, kCols> code;
  bool first;
  bool last;
};

using Row = std::array<int64_t, kCols>;

enum class Shape { kRandom, kExtreme, kFullRate };

struct Layer {
  bool isSigned;
  Table table;
  std::vector<Step> steps;
  std::deque<Row> rows;
  int segments = 0;
};

#ifdef TB_BIN
// Whether one more activation would overflow a bin.
bool overflows(int64_t sum, bool isSigned) {
  return isSigned ? sum < -(int64_t{1} << (TB_BIN - 1)) || sum >= int64_t{1} << (TB_BIN - 1)
                  : sum >= int64_t{1} << TB_BIN;
}
#endif

// Whether all sums of a row over the steps from `begin` on fit the accumulator.
bool sumsFit(const Layer& layer, std::size_t begin, int row) {
  for (int c = 0; c < kCols; ++c) {
    int64_t sum = 0;
    for (std::size_t n = begin; n < layer.steps.size(); ++n) {
      sum += int64_t{layer.steps[n].x[row]} * layer.table[layer.steps[n].code[c]];
    }
    if (sum < -(int64_t{1} << (kAcc - 1)) || sum >= int64_t{1} << (kAcc - 1)) return false;
  }
  return true;
}

int activation(bool isSigned, Shape shape) {
  if (shape == Shape::kExtreme) return isSigned ? (chance(50) ? -128 : 127) : 255;
  return static_cast<int>(isSigned ? uniform(-128, 127) : uniform(0, 255));
}

void addSegment(Layer& layer, int length, Shape shape) {
  std::vector<std::array<std::array<int64_t, 16>, kCols>> bins(kRows);
  for (auto& row : bins) {
    for (auto& col : row) col.fill(0);
  }
  // Few codes stress one bin, all codes fill all.
  const int codes = chance(30) ? static_cast<int>(uniform(1, 3)) : 15;
  const int onlyRow = chance(20) ? static_cast<int>(uniform(0, kRows - 1)) : -1;
  const int extremeSign = chance(50) ? -128 : 127;
  const std::size_t begin = layer.steps.size();
  for (int n = 0; n < length; ++n) {
    Step step{};
    for (int r = 0; r < kRows; ++r) {
      step.x[r] = onlyRow >= 0 && r != onlyRow ? 0 : activation(layer.isSigned, shape);
      if (shape == Shape::kExtreme && layer.isSigned) step.x[r] = extremeSign;
    }
    for (int c = 0; c < kCols; ++c) {
      step.code[c] = shape == Shape::kExtreme ? (n + c) % 15 + 1 : static_cast<int>(uniform(0, codes));
    }
#ifdef TB_BIN
    // Where a bin would overflow take its remaining room, down to nothing.
    for (int r = 0; r < kRows; ++r) {
      for (int c = 0; c < kCols; ++c) {
        while (step.code[c] != 0 && overflows(bins[r][c][step.code[c]] + step.x[r], layer.isSigned)) {
          step.x[r] /= 2;
        }
      }
    }
#endif
    for (int r = 0; r < kRows; ++r) {
      for (int c = 0; c < kCols; ++c) bins[r][c][step.code[c]] += step.x[r];
    }
    layer.steps.push_back(step);
  }
  // A segment's sums fit the accumulator; on the way there they may wrap around.
  for (int r = 0; r < kRows; ++r) {
    while (!sumsFit(layer, begin, r)) {
      for (std::size_t n = begin; n < layer.steps.size(); ++n) layer.steps[n].x[r] /= 2;
    }
  }
  layer.steps[begin].first = true;
  layer.steps.back().last = true;
  ++layer.segments;
  for (int r = 0; r < kRows; ++r) {
    Row row{};
    for (std::size_t n = begin; n < layer.steps.size(); ++n) {
      const Step& step = layer.steps[n];
      for (int c = 0; c < kCols; ++c) row[c] += int64_t{step.x[r]} * layer.table[step.code[c]];
    }
    for (int c = 0; c < kCols; ++c) row[c] &= kAccMask;
    layer.rows.push_back(row);
  }
}

Layer makeLayer(Shape shape, int segments, int minLength, int maxLength) {
  static const std::vector<int> values = twoDigitValues();
  Layer layer;
  layer.isSigned = chance(50);
  layer.table[0] = 0;
  const bool constant = shape == Shape::kExtreme && chance(50);
  for (int code = 1; code < 16; ++code) {
    layer.table[code] = constant ? -128 : chance(10) ? 0 : values[uniform(0, values.size() - 1)];
  }
  for (int n = 0; n < segments; ++n) addSegment(layer, static_cast<int>(uniform(minLength, maxLength)), shape);
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

  void writeTable(const Layer& layer) {
    dut_.act_signed_i = layer.isSigned;
    const std::vector<uint32_t> words = tableWords(layer.table);
    for (std::size_t n = 0; n < words.size(); ++n) {
      dut_.table_we_i = 1;
      dut_.table_addr_i = n;
      dut_.table_data_i = words[n];
      tick();
    }
    dut_.table_we_i = 0;
    scheduleLength_ = words.size();
  }

  // Cycles between the starts of two segments that the array needs, by its header.
  int interval() const {
#ifdef TB_BIN
    const int groups = (kRows + TB_GROUP - 1) / TB_GROUP;
    return (kRows + groups - 1) / groups * scheduleLength_ + 16;
#else
    return kRows + 4;
#endif
  }

  void drive(const Step& step) {
    for (int r = 0; r < kRows; ++r) put(dut_.x_i, 9 * r, 9, static_cast<uint64_t>(step.x[r]));
    for (int c = 0; c < kCols; ++c) put(dut_.code_i, 4 * c, 4, step.code[c]);
    dut_.step_first_i = step.first;
    dut_.step_last_i = step.last;
  }

  // Runs a layer; returns the number of wrong sums.
  int run(Layer& layer, int gapPercent, int stallPercent) {
    writeTable(layer);
    int wrong = 0;
    std::size_t next = 0;
    bool offered = false;
    bool waiting = false;
    Row held{};
    std::size_t rowIndex = 0;
    blocked_ = 0;
    for (uint64_t idle = 0; next < layer.steps.size() || !layer.rows.empty();) {
      if (!offered && next < layer.steps.size() && !chance(gapPercent)) {
        offered = true;
        drive(layer.steps[next]);
      }
      dut_.step_valid_i = offered;
      dut_.row_ready_i = !chance(stallPercent);
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
      if (offered && dut_.step_ready_o) {
        offered = false;
        ++next;
        progress = true;
      } else if (offered && next > 0) {
        ++blocked_;
      }
      tick();
      idle = progress ? 0 : idle + 1;
      if (idle > 20000) return fail("no progress for 20000 cycles");
    }
    dut_.step_valid_i = 0;
    dut_.row_ready_i = 1;
    for (int n = static_cast<int>(uniform(0, 60)); n > 0; --n) {
      dut_.eval();
      if (dut_.row_valid_o) return fail("a row too many");
      tick();
    }
    return wrong;
  }

  // Processor seconds of a number of cycles that run the layer's steps over and over, unchecked.
  double time(const Layer& layer, uint64_t cycles) {
    writeTable(layer);
    std::vector<std::decay_t<decltype(dut_.x_i)>> x;
    std::vector<std::decay_t<decltype(dut_.code_i)>> code;
    for (const Step& step : layer.steps) {
      drive(step);
      x.push_back(dut_.x_i);
      code.push_back(dut_.code_i);
    }
    dut_.step_valid_i = 1;
    dut_.row_ready_i = 1;
    const std::clock_t start = std::clock();
    std::size_t next = 0;
    for (uint64_t n = 0; n < cycles; ++n) {
      dut_.x_i = x[next];
      dut_.code_i = code[next];
      dut_.step_first_i = layer.steps[next].first;
      dut_.step_last_i = layer.steps[next].last;
      dut_.eval();
      if (dut_.step_ready_o) {
        next = next + 1 == x.size() ? 0 : next + 1;
        ++steps_;
      }
      rows_ += dut_.row_valid_o;
      tick();
    }
    return static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  }

  // Cycles in which a step waited, after the first.
  uint64_t blocked() const { return blocked_; }
  uint64_t compared() const { return compared_; }
  uint64_t cycles() const { return cycles_; }
  // Steps and rows of time().
  uint64_t steps() const { return steps_; }
  uint64_t rows() const { return rows_; }

 private:
  static int fail(const char* what) {
    std::printf("%s\n", what);
    return 1;
  }

  Vmac_array dut_;
  uint64_t cycles_ = 0;
  uint64_t steps_ = 0;
  uint64_t rows_ = 0;
  uint64_t blocked_ = 0;
  uint64_t compared_ = 0;
  int scheduleLength_ = 0;
};

int check(uint64_t seed, int layers) {
  rng.seed(seed);
  Bench bench;
  int wrong = 0;
  for (int n = 0; n < layers && wrong == 0; ++n) {
    const int gap = chance(50) ? 0 : static_cast<int>(uniform(1, 90));
    const int stall = chance(50) ? 0 : static_cast<int>(uniform(1, 95));
    Layer random = makeLayer(Shape::kRandom, static_cast<int>(uniform(1, 8)), 1, chance(50) ? 300 : 20);
    wrong += bench.run(random, gap, stall);
    Layer extreme = makeLayer(Shape::kExtreme, 3, 960, 1100);
    wrong += bench.run(extreme, 0, stall);
    // Short segments into a reader that hardly ever reads.
    Layer congested = makeLayer(Shape::kRandom, 6, 1, 12);
    wrong += bench.run(congested, 0, 97);
    // Segments as long as the header asks for never wait.
    Layer steady = makeLayer(Shape::kFullRate, 1, 1, 1);
    bench.writeTable(steady);
    for (int s = 0; s < 4; ++s) addSegment(steady, bench.interval(), Shape::kFullRate);
    wrong += bench.run(steady, 0, 0);
    // The single step of the first segment may hold up the second.
    const uint64_t allowed = bench.interval();
    if (bench.blocked() > allowed) {
      std::printf("full-rate segments of %d steps waited %llu cycles\n", bench.interval(),
                  static_cast<unsigned long long>(bench.blocked()));
      ++wrong;
    }
  }
  std::printf("%s %llu sums %llu cycles\n", wrong == 0 ? "PASS" : "FAIL",
              static_cast<unsigned long long>(bench.compared()), static_cast<unsigned long long>(bench.cycles()));
  return wrong == 0 ? 0 : 1;
}

int benchmark(uint64_t cycles) {
  rng.seed(1);
  Layer layer = makeLayer(Shape::kFullRate, 0, 1, 1);
  for (int n = 0; n < 16; ++n) addSegment(layer, 288, Shape::kFullRate);
  Bench bench;
  const double seconds = bench.time(layer, cycles);
  std::printf("%.0f cycles/s, a step in %.1f %% of them, a row in %.1f %%\n", static_cast<double>(cycles) / seconds,
              100.0 * static_cast<double>(bench.steps()) / static_cast<double>(cycles),
              100.0 * static_cast<double>(bench.rows()) / static_cast<double>(cycles));
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 3 && std::strcmp(argv[1], "bench") == 0) return benchmark(std::strtoull(argv[2], nullptr, 10));
  if (argc != 3) {
    std::printf("usage: %s SEED LAYERS | bench CYCLES\n", argv[0]);
    return 2;
  }
  return check(std::strtoull(argv[1], nullptr, 10), std::atoi(argv[2]));
}
