// Stands in for the core in the shell's test: the testbench drives its outputs and sees its inputs.
//
// An output X_o takes the value of the variable X at every clock edge. COLS, FM_AW, WGT_AW, PAR_AW,
// PROG_AW and TAG_W are defined on the command line.
`default_nettype none

module lutmac_core (
  input  wire                  clk_i,
  input  wire                  rst_ni           /* verilator public_flat_rd */,
  input  wire                  start_valid_i   /* verilator public_flat_rd */,
  output logic                 start_ready_o,
  input  wire [`PROG_AW-1:0]   start_pc_i      /* verilator public_flat_rd */,
  output logic                 done_o,
  output logic [3:0]           error_o,

  output logic                 prog_req_valid_o,
  input  wire                  prog_req_ready_i /* verilator public_flat_rd */,
  output logic [`PROG_AW-1:0]  prog_req_addr_o,
  input  wire                  prog_rsp_valid_i /* verilator public_flat_rd */,
  output logic                 prog_rsp_ready_o,
  input  wire [31:0]           prog_rsp_data_i  /* verilator public_flat_rd */,

  output logic                 wgt_req_valid_o,
  input  wire                  wgt_req_ready_i  /* verilator public_flat_rd */,
  output logic [`WGT_AW-1:0]   wgt_req_addr_o,
  input  wire                  wgt_rsp_valid_i  /* verilator public_flat_rd */,
  output logic                 wgt_rsp_ready_o,
  input  wire [4*`COLS-1:0]    wgt_rsp_data_i   /* verilator public_flat_rd */,

  output logic                 par_req_valid_o,
  input  wire                  par_req_ready_i  /* verilator public_flat_rd */,
  output logic [`PAR_AW-1:0]   par_req_addr_o,
  input  wire                  par_rsp_valid_i  /* verilator public_flat_rd */,
  output logic                 par_rsp_ready_o,
  input  wire [42*`COLS-1:0]   par_rsp_data_i   /* verilator public_flat_rd */,

  output logic                 act_req_valid_o,
  input  wire                  act_req_ready_i  /* verilator public_flat_rd */,
  output logic [`FM_AW-1:0]    act_req_addr_o,
  output logic [`TAG_W-1:0]    act_req_tag_o,
  input  wire                  act_rsp_valid_i  /* verilator public_flat_rd */,
  output logic                 act_rsp_ready_o,
  input  wire [8*`COLS-1:0]    act_rsp_data_i   /* verilator public_flat_rd */,
  input  wire [`TAG_W-1:0]     act_rsp_tag_i    /* verilator public_flat_rd */,

  output logic                 skip_req_valid_o,
  input  wire                  skip_req_ready_i /* verilator public_flat_rd */,
  output logic [`FM_AW-1:0]    skip_req_addr_o,
  input  wire                  skip_rsp_valid_i /* verilator public_flat_rd */,
  output logic                 skip_rsp_ready_o,
  input  wire [8*`COLS-1:0]    skip_rsp_data_i  /* verilator public_flat_rd */,

  output logic                 out_valid_o,
  input  wire                  out_ready_i      /* verilator public_flat_rd */,
  output logic [`FM_AW-1:0]    out_addr_o,
  output logic [3:0]           out_strb_o,
  output logic [8*`COLS-1:0]   out_data_o,

  output logic [15:0]          mon_layer_o,
  output logic                 mon_step_o,
  output logic                 mon_stall_o      /* verilator public_flat_rd */
);

  logic                start_ready    /* verilator public_flat_rw */;
  logic                done           /* verilator public_flat_rw */;
  logic [15:0]         layer          /* verilator public_flat_rw */;
  logic [3:0]          error          /* verilator public_flat_rw */;
  logic                prog_req_valid /* verilator public_flat_rw */;
  logic [`PROG_AW-1:0] prog_req_addr  /* verilator public_flat_rw */;
  logic                prog_rsp_ready /* verilator public_flat_rw */;
  logic                wgt_req_valid  /* verilator public_flat_rw */;
  logic [`WGT_AW-1:0]  wgt_req_addr   /* verilator public_flat_rw */;
  logic                wgt_rsp_ready  /* verilator public_flat_rw */;
  logic                par_req_valid  /* verilator public_flat_rw */;
  logic [`PAR_AW-1:0]  par_req_addr   /* verilator public_flat_rw */;
  logic                par_rsp_ready  /* verilator public_flat_rw */;
  logic                act_req_valid  /* verilator public_flat_rw */;
  logic [`FM_AW-1:0]   act_req_addr   /* verilator public_flat_rw */;
  logic [`TAG_W-1:0]   act_req_tag    /* verilator public_flat_rw */;
  logic                act_rsp_ready  /* verilator public_flat_rw */;
  logic                skip_req_valid /* verilator public_flat_rw */;
  logic [`FM_AW-1:0]   skip_req_addr  /* verilator public_flat_rw */;
  logic                skip_rsp_ready /* verilator public_flat_rw */;
  logic                out_valid      /* verilator public_flat_rw */;
  logic [`FM_AW-1:0]   out_addr       /* verilator public_flat_rw */;
  logic [3:0]          out_strb       /* verilator public_flat_rw */;
  logic [8*`COLS-1:0]  out_data       /* verilator public_flat_rw */;

  always_ff @(posedge clk_i or negedge rst_ni) begin
    if (!rst_ni) begin
      start_ready_o    <= '0;
      done_o           <= '0;
      error_o          <= '0;
      prog_req_valid_o <= '0;
      prog_req_addr_o  <= '0;
      prog_rsp_ready_o <= '0;
      wgt_req_valid_o  <= '0;
      wgt_req_addr_o   <= '0;
      wgt_rsp_ready_o  <= '0;
      par_req_valid_o  <= '0;
      par_req_addr_o   <= '0;
      par_rsp_ready_o  <= '0;
      act_req_valid_o  <= '0;
      act_req_addr_o   <= '0;
      act_req_tag_o    <= '0;
      act_rsp_ready_o  <= '0;
      skip_req_valid_o <= '0;
      skip_req_addr_o  <= '0;
      skip_rsp_ready_o <= '0;
      out_valid_o      <= '0;
      out_addr_o       <= '0;
      out_strb_o       <= '0;
      out_data_o       <= '0;
      mon_layer_o      <= '0;
      mon_step_o       <= '0;
      mon_stall_o      <= '0;
    end else begin
      start_ready_o    <= start_ready;
      done_o           <= done;
      error_o          <= error;
      prog_req_valid_o <= prog_req_valid;
      prog_req_addr_o  <= prog_req_addr;
      prog_rsp_ready_o <= prog_rsp_ready;
      wgt_req_valid_o  <= wgt_req_valid;
      wgt_req_addr_o   <= wgt_req_addr;
      wgt_rsp_ready_o  <= wgt_rsp_ready;
      par_req_valid_o  <= par_req_valid;
      par_req_addr_o   <= par_req_addr;
      par_rsp_ready_o  <= par_rsp_ready;
      act_req_valid_o  <= act_req_valid;
      act_req_addr_o   <= act_req_addr;
      act_req_tag_o    <= act_req_tag;
      act_rsp_ready_o  <= act_rsp_ready;
      skip_req_valid_o <= skip_req_valid;
      skip_req_addr_o  <= skip_req_addr;
      skip_rsp_ready_o <= skip_rsp_ready;
      out_valid_o      <= out_valid;
      out_addr_o       <= out_addr;
      out_strb_o       <= out_strb;
      out_data_o       <= out_data;
      mon_layer_o      <= layer;
      mon_step_o       <= act_req_valid;
      mon_stall_o      <= skip_req_valid;
    end
  end

endmodule

`default_nettype wire
