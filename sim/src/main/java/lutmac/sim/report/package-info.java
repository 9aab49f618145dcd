/** What a simulation showed, added up over images and layers, as a record and as text. */
package lutmac.sim.report;
