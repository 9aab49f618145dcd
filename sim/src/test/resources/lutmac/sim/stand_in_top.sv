// A stand-in for the accelerator that obeys the shell's host protocol (docs/hardware.md, section 8) and whose "network" only copies
// feature maps, so that the simulator can be tested without a generated design.
//
// Program, four 32-bit words a layer, after the start address:
//   0  source address of word 0
//   1  destination address of word 0
//   2  [15:0] words, [16] last layer, [17] raw: four words a pixel, the last three of them zero
//   3  a fault to inject: [3:0] kind, [31:8] the word that it hits
//      0 none, 1 flip bit 0 of lane 1, 2 do not write, 3 write twice, 4 hang, 5 write to another address, 6 write without telling the memory,
//      7 $finish, 8 add what the first word of the parameter memory holds, 9 add an uninitialised word,
//      10 break an assertion, 11 write three quarters of the word, 12 stop answering before the last word that the host reads
`default_nettype none

module lutmac_top #(
  parameter int unsigned Cols = 4,
  parameter int unsigned AddrW = 10
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  input  wire                in_valid_i,
  output logic               in_ready_o,
  input  wire  [63:0]        in_data_i,
  output logic               out_valid_o,
  input  wire                out_ready_i,
  output logic [63:0]        out_data_o,
  output logic               out_last_o,
  output logic [15:0]        mon_layer_o,
  output logic               mon_step_o,
  output logic               mon_busy_o,
  output logic               mon_wr_valid_o,
  output logic [AddrW-1:0]   mon_wr_addr_o,
  output logic [3:0]         mon_wr_strb_o,
  output logic [8*Cols-1:0]  mon_wr_data_o
);
  localparam int unsigned WordW = 8 * Cols;
  localparam int unsigned FmBeats = (WordW + 63) / 64;
  localparam int unsigned WgtBeats = (4 * Cols + 63) / 64;
  localparam int unsigned ParBeats = (42 * Cols + 63) / 64;

  typedef enum logic [2:0] {Idle, Write, Read, Fetch, Copy, Answer, Stuck} state_e;

  logic [64*FmBeats-1:0]  fm   [2**AddrW];
  logic [64*ParBeats-1:0] par  [4];
  logic [31:0]            prog [64];

  state_e        state_q;
  logic [1:0]    memory_q;
  logic [23:0]   address_q;
  logic [31:0]   words_q;
  logic [7:0]    beat_q;
  logic [63:0]   cycles_q;
  logic [15:0]   layer_q, next_layer_q;
  logic [15:0]   word_q;
  logic          again_q;
  logic          silent_q;
  logic [5:0]    pc_q;

  wire [31:0] src   = prog[pc_q];
  wire [31:0] dst   = prog[pc_q + 6'd1];
  wire [31:0] shape = prog[pc_q + 6'd2];
  wire [31:0] fault = prog[pc_q + 6'd3];
  wire        raw   = shape[17];
  wire        hit   = (fault[23:8] == word_q) && (fault[3:0] != 4'd0);
  wire [15:0] pixel = raw ? word_q >> 2 : word_q;
  wire        last_word = (word_q == (raw ? 16'(shape[15:0] << 2) : shape[15:0]) - 16'd1);

  wire [7:0] beats = (memory_q == 2'd0) ? 8'(FmBeats) : (memory_q == 2'd1) ? 8'(WgtBeats) : (memory_q == 2'd2) ? 8'(ParBeats) : 8'd1;

  logic [WordW-1:0] data;
  always_comb begin
    data = fm[AddrW'(src + 32'(pixel))][WordW-1:0];
    if (raw && word_q[1:0] != 2'd0) data = '0;
    if (hit && fault[3:0] == 4'd1) data[8] = !data[8];
    if (hit && fault[3:0] == 4'd8) data = data + par[0][WordW-1:0];
    if (hit && fault[3:0] == 4'd9) data = data + fm[2**AddrW-1][WordW-1:0];
  end

  assign in_ready_o     = (state_q == Idle) || (state_q == Write);
  assign out_valid_o    = (state_q == Read && !(silent_q && words_q == 32'd1)) || (state_q == Answer);
  assign out_data_o     = (state_q == Answer) ? cycles_q : fm[AddrW'(address_q)][64*beat_q +: 64];
  assign out_last_o     = (state_q == Answer) || (words_q == 32'd1 && beat_q == beats - 8'd1);
  assign mon_busy_o     = (state_q == Fetch) || (state_q == Copy) || (state_q == Stuck);
  assign mon_layer_o    = layer_q;
  assign mon_step_o     = (state_q == Copy);
  assign mon_wr_valid_o = (state_q == Copy) && !(hit && fault[3:0] == 4'd2);
  assign mon_wr_addr_o  = AddrW'(dst + 32'(word_q) + ((hit && fault[3:0] == 4'd5) ? 32'd1 << (AddrW - 1) : 32'd0));
  assign mon_wr_strb_o  = (hit && fault[3:0] == 4'd11) ? 4'b0111 : 4'b1111;
  assign mon_wr_data_o  = data;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      state_q <= Idle;
      layer_q <= '0;
      silent_q <= 1'b0;
    end else begin
      if (mon_busy_o) cycles_q <= cycles_q + 64'd1;
      assert (!(state_q == Copy && hit && fault[3:0] == 4'd10)) else $error("stand_in.no_fault: the fault is %0d", fault[3:0]);
      case (state_q)
        Idle: if (in_valid_i) begin
          memory_q  <= in_data_i[5:4];
          address_q <= in_data_i[31:8];
          words_q   <= in_data_i[63:32];
          beat_q    <= '0;
          case (in_data_i[3:0])
            4'd1: state_q <= Write;
            4'd2: state_q <= Read;
            4'd3: begin
              state_q      <= Fetch;
              pc_q         <= in_data_i[13:8];
              cycles_q     <= '0;
              next_layer_q <= '0;
            end
            default: state_q <= Stuck;
          endcase
        end
        Write: if (in_valid_i) begin
          case (memory_q)
            2'd0: fm[AddrW'(address_q)][64*beat_q +: 64] <= in_data_i;
            2'd2: par[address_q[1:0]][64*beat_q +: 64] <= in_data_i;
            2'd3: prog[address_q[5:0]] <= in_data_i[31:0];
            default: ;
          endcase
          beat_q <= beat_q + 8'd1;
          if (beat_q == beats - 8'd1) begin
            beat_q    <= '0;
            address_q <= address_q + 24'd1;
            words_q   <= words_q - 32'd1;
            if (words_q == 32'd1) state_q <= Idle;
          end
        end
        Read: if (silent_q && words_q == 32'd1) begin
          state_q <= Stuck;
        end else if (out_ready_i) begin
          beat_q <= beat_q + 8'd1;
          if (beat_q == 8'(FmBeats - 1)) begin
            beat_q    <= '0;
            address_q <= address_q + 24'd1;
            words_q   <= words_q - 32'd1;
            if (words_q == 32'd1) state_q <= Idle;
          end
        end
        Fetch: begin
          state_q      <= Copy;
          layer_q      <= next_layer_q;
          next_layer_q <= next_layer_q + 16'd1;
          word_q       <= '0;
          again_q      <= 1'b0;
        end
        Copy: begin
          if (mon_wr_valid_o && !(hit && fault[3:0] == 4'd6)) fm[mon_wr_addr_o][WordW-1:0] <= data;
          if (hit && fault[3:0] == 4'd12) silent_q <= 1'b1;
          again_q <= hit && fault[3:0] == 4'd3 && !again_q;
          if (!(hit && (fault[3:0] == 4'd3 && !again_q || fault[3:0] == 4'd13))) word_q <= word_q + 16'd1;
          if (hit && fault[3:0] == 4'd4) state_q <= Stuck;
          else if (hit && fault[3:0] == 4'd7) $finish;
          else if (last_word && !(hit && (fault[3:0] == 4'd3 && !again_q || fault[3:0] == 4'd13))) begin
            state_q <= shape[16] ? Answer : Fetch;
            pc_q    <= pc_q + 6'd4;
          end
        end
        Answer: if (out_ready_i) state_q <= Idle;
        default: ;
      endcase
    end
  end
endmodule

`default_nettype wire
