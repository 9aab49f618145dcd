// The parts of a packed word: lane c of part p is bits [b*(p*M + c) + b - 1 : b*(p*M + c)], extended to 8 bits.
`default_nettype none

module proof #(
  parameter int Cols = 4
) (
  input wire [Cols*8-1:0] word_i,
  input wire [1:0]        lane_i,
  input wire [1:0]        part_i,
  input wire              signed_i
);

  logic [Cols*8-1:0] word;
  lane_unpacker #(.Cols(Cols), .PackedMaps(1)) u_unpacker (.word_i, .lane_i, .part_i, .signed_i, .word_o(word));

  // A lane moved to the bottom.
  for (genvar c = 0; c < Cols; c++) begin : gen_lane
    logic [Cols*8-1:0] rest;
    logic [7:0]        code;
    assign rest = word_i >> ((8 >> lane_i) * (part_i * Cols + c));
    assign code = lane_i == 2'd0 ? rest[7:0] : lane_i == 2'd1 ? {{4{signed_i && rest[3]}}, rest[3:0]}
                                             : {{6{signed_i && rest[1]}}, rest[1:0]};
    always @* begin
      assume (lane_i != 2'd3 && (part_i >> lane_i) == 2'd0);
      assert (word[8*c +: 8] == code);
    end
  end

endmodule

`default_nettype wire
