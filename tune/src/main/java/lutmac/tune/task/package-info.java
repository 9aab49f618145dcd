/** What a training is given and what it reports: records, and the loss that they name. */
package lutmac.tune.task;
