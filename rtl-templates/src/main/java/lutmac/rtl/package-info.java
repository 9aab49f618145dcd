/** The datapath's SystemVerilog templates and what fills them in. */
package lutmac.rtl;
