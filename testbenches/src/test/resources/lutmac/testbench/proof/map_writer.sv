// The words that are written: one for every window of words, at the address and to the part of its number and block, each
// lane the window's maximum, none lost or repeated, under any stalls; the last one says so.
`default_nettype none

module in_map_writer;
  map_writer_check #(.Cols(Cols), .FmAw(FmAw)) u_check (
    .clk_i, .rst_ni, .start_i, .layer_written_o, .out_signed_i, .window_n_i, .ob_n_i, .out_lane_i, .out_part_i,
    .out_base_i, .out_stride_i, .raw_out_i, .px_n_i, .out_step_i, .out_row_i, .word_valid_i, .word_ready_o, .word_i,
    .word_last_i, .out_valid_o, .out_ready_i, .out_addr_o, .out_strb_o, .out_data_o, .count_i(window_q), .ob_i(ob_q), .block_addr_i(block_q), .addr_i(addr_q),
    .part_i(gen_parts.part_q), .out_part_reg_i(gen_parts.out_part_q), .last_i(out_last_q), .most_i(results), .px_i(gen_spaced_rows.px_q), .plane_i(gen_spaced_rows.plane_q));
endmodule

module map_writer_check #(
  parameter int Cols = 2,
  parameter int FmAw = 8
) (
  input wire               clk_i,
  input wire               rst_ni,
  input wire               start_i,
  input wire               layer_written_o,
  input wire               out_signed_i,
  input wire [15:0]        window_n_i,
  input wire [15:0]        ob_n_i,
  input wire [1:0]         out_lane_i,
  input wire [1:0]         out_part_i,
  input wire [FmAw-1:0]    out_base_i,
  input wire [FmAw-1:0]    out_stride_i,
  input wire               raw_out_i,
  input wire [15:0]        px_n_i,
  input wire [7:0]         out_step_i,
  input wire [FmAw-1:0]    out_row_i,
  input wire               word_valid_i,
  input wire               word_ready_o,
  input wire [Cols*8-1:0]  word_i,
  input wire               word_last_i,
  input wire               out_valid_o,
  input wire               out_ready_i,
  input wire [FmAw-1:0]    out_addr_o,
  input wire [3:0]         out_strb_o,
  input wire [Cols*8-1:0]  out_data_o,
  // Registers
  input wire [15:0]        count_i,
  input wire [15:0]        ob_i,
  input wire [FmAw-1:0]    block_addr_i,
  input wire [FmAw-1:0]    addr_i,
  input wire [1:0]         part_i,
  input wire [1:0]         out_part_reg_i,
  input wire               last_i,
  input wire [Cols*8-1:0]  most_i,
  input wire [15:0]        px_i,
  input wire [1:0]         plane_i
);

  logic take, give;

  // From a result to the next one; pixels of a row and words of a pixel, from 0.
  logic [15:0]     pixel_q;
  logic [1:0]      plane_q;
  logic            pixel_end;
  logic [FmAw-1:0] apart;
  assign pixel_end = !raw_out_i || plane_q == 2'd3;
  assign apart     = out_step_i == '0 || !pixel_end ? FmAw'(1) :
                     pixel_q + 16'd1 == px_n_i ? out_row_i : FmAw'(out_step_i);
  assign take = word_valid_i && word_ready_o;
  // It waits for the output port alone.
  always @* begin
    if (rst_ni) assert (word_ready_o == (!out_valid_o || out_ready_i));
  end
  assign give = out_valid_o && out_ready_i;

  // The same in plain counters: words of the window, windows of the block, blocks, all from 0.
  logic [15:0]       word_q, block_q;
  logic [FmAw-1:0]   window_q, at_q;
  logic [2:0]        parts;
  logic [15:0]       place;
  logic [Cols*8-1:0] most_q, most;
  logic              due_q, due_last_q;
  logic [FmAw-1:0]   due_addr_q;
  logic [1:0]        due_part_q;
  logic              end_of_window;
  logic              running_q;
  assign parts         = 3'd1 << out_lane_i;
  assign place         = block_q + 16'(out_part_i);
  assign end_of_window = word_q + 16'd1 == window_n_i;
  for (genvar c = 0; c < Cols; c++) begin : gen_lane
    logic [8:0] own, old;
    assign own = {out_signed_i && word_i[8*c + 7], word_i[8*c +: 8]};
    assign old = {out_signed_i && most_q[8*c + 7], most_q[8*c +: 8]};
    assign most[8*c +: 8] = word_q == 16'd0 || $signed(own) > $signed(old) ? own[7:0] : old[7:0];
  end
  always_ff @(posedge clk_i) begin
    if (!rst_ni) {running_q, due_q} <= 2'd0;
    else begin
      if (start_i) begin
        running_q <= 1'b1;
        {word_q, block_q, window_q} <= '0;
        at_q <= out_base_i;
        {pixel_q, plane_q} <= '0;
      end
      if (give) due_q <= 1'b0;
      if (take) begin
        most_q <= most;
        word_q <= end_of_window ? 16'd0 : word_q + 16'd1;
        if (end_of_window) begin
          due_q      <= 1'b1;
          due_addr_q <= at_q + window_q;
          due_part_q <= 2'(place & 16'(parts - 3'd1));
          due_last_q <= word_last_i && block_q + 16'd1 == ob_n_i;
          window_q   <= word_last_i ? '0 : window_q + apart;
          if (out_step_i != '0) begin
            plane_q <= pixel_end ? 2'd0 : plane_q + 2'd1;
            if (pixel_end) pixel_q <= pixel_q + 16'd1 == px_n_i ? 16'd0 : pixel_q + 16'd1;
          end
        end
        if (word_last_i) begin
          block_q <= block_q + 16'd1;
          // The word of the next block is another one.
          if ((place + 16'd1) >> out_lane_i != place >> out_lane_i) at_q <= at_q + out_stride_i;
        end
      end
    end
  end

  always @* begin
    if (rst_ni) begin
      assume (out_lane_i != 2'd3 && (out_part_i >> out_lane_i) == 2'd0 && (PackedMaps != 0 || out_lane_i == 2'd0));
      assume (running_q || !word_valid_i);
      assume (!(start_i && (running_q || word_valid_i)));
      assert (out_valid_o == due_q);
      if (running_q) begin
        assert (px_i == pixel_q + 16'd1 && plane_i == plane_q);
        assert (count_i == word_q + 16'd1 && ob_i == block_q + 16'd1);
        assert (block_addr_i == at_q);
        assert (addr_i == FmAw'(block_addr_i + window_q));
        assert (part_i == 2'(place & 16'(parts - 3'd1)));
      end
      assert (running_q || !due_q);
      if (due_q) assert (out_part_reg_i == due_part_q && last_i == due_last_q);
      if (running_q && (due_q || word_q != 16'd0)) assert (most_i == most_q);
      if (out_valid_o) begin
        assert (out_addr_o == due_addr_q);
        assert (layer_written_o == (give && due_last_q));
        if (out_lane_i == 2'd0) assert (out_strb_o == 4'b1111 && out_data_o == most_q);
        if (out_lane_i == 2'd1) assert (out_strb_o == (due_part_q[0] ? 4'b1100 : 4'b0011));
        if (out_lane_i == 2'd2) assert (out_strb_o == 4'd1 << due_part_q);
      end
    end
  end
  // The part that is written has the codes, at their place.
  for (genvar c = 0; c < Cols; c++) begin : gen_code
    logic [Cols*8-1:0] rest;
    assign rest = out_data_o >> ((8 >> out_lane_i) * (due_part_q * Cols + c));
    always @* begin
      if (rst_ni && out_valid_o && out_lane_i == 2'd1) assert (rest[3:0] == most_q[8*c +: 4]);
      if (rst_ni && out_valid_o && out_lane_i == 2'd2) assert (rest[1:0] == most_q[8*c +: 2]);
    end
  end

endmodule

module proof #(
  parameter int Cols = 2,
  parameter int FmAw = 8
) (
  input wire                clk_i,
  input wire [61+3*FmAw:0]  fields_i,
  input wire                start_i,
  input wire                word_valid_i,
  input wire [Cols*8-1:0]   word_i,
  input wire                word_last_i,
  input wire                out_ready_i
);

  logic            signed_q;
  logic [15:0]     window_n_q, ob_n_q;
  logic [1:0]      lane_q, part_q;
  logic [FmAw-1:0] base_q, stride_q, row_q;
  logic            raw_q;
  logic [15:0]     px_n_q;
  logic [7:0]      step_q;
  logic            out_of_reset_q = 1'b0;
  always_ff @(posedge clk_i) begin
    if (!out_of_reset_q) {signed_q, window_n_q, ob_n_q, lane_q, part_q, base_q, stride_q, raw_q, px_n_q, step_q, row_q} <= fields_i;
    out_of_reset_q <= 1'b1;
  end

  map_writer #(.Cols(Cols), .FmAw(FmAw), .PackedMaps(1), .SpacedRows(1)) u_writer (
    .clk_i, .rst_ni(out_of_reset_q), .start_i, .layer_written_o(), .out_signed_i(signed_q),
    .window_n_i(window_n_q), .ob_n_i(ob_n_q), .out_lane_i(lane_q), .out_part_i(part_q), .out_base_i(base_q),
    .out_stride_i(stride_q), .raw_out_i(raw_q), .px_n_i(px_n_q), .out_step_i(step_q), .out_row_i(row_q), .sliced_i(1'b0), .word_valid_i, .word_ready_o(), .word_i, .word_last_i, .out_valid_o(),
    .out_ready_i, .out_addr_o(), .out_strb_o(), .out_data_o());

endmodule

`default_nettype wire
