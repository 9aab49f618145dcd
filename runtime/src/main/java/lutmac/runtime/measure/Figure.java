package lutmac.runtime.measure;

/**
 * A figure of merit.
 *
 * @param name for machines: {@code meanIou}
 * @param title for people, with its unit: {@code mean IoU %}
 */
public record Figure(String name, String title, double value) {}
