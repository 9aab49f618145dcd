package lutmac.generator.design;

import java.util.List;
import lutmac.generator.program.Schedule;

/**
 * How a network that does not fit the buffers is computed.
 *
 * @param runs how many of {@code layers} each run of the core has, in order
 * @param mapBytes feature maps that are loaded for one input
 * @param constantBytes programs, weights and parameters that are loaded for one input
 * @param storedBytes feature maps that are stored for one input
 */
record ScheduleJson(List<Integer> runs, long mapBytes, long constantBytes, long storedBytes) {
  static ScheduleJson of(Schedule schedule) {
    Schedule.Traffic traffic = schedule.traffic();
    return new ScheduleJson(schedule.runs(), traffic.maps(), traffic.constants(), traffic.stored());
  }
}
