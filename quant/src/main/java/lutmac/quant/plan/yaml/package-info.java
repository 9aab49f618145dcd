/** Formats of a network as a YAML file that people read and edit. */
package lutmac.quant.plan.yaml;
