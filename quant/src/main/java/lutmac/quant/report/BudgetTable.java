package lutmac.quant.report;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import lutmac.quant.result.Allocation;

/** Points of the curve with the budgets that buy them. */
final class BudgetTable {
  /** A curve may have hundreds of points; the plot shows and the JSON lists all of them. */
  private static final int MOST = 12;

  private BudgetTable() {}

  static List<Map<String, Object>> of(Allocation allocation) {
    List<Allocation.Point> curve = allocation.curve();
    CostAxis axis = CostAxis.of(allocation.unit());
    int rows = Math.min(MOST, curve.size());
    List<Map<String, Object>> table = new ArrayList<>();
    for (int row = 0; row < rows; row++) {
      Allocation.Point point =
          curve.get(rows == 1 ? 0 : (int) ((long) row * (curve.size() - 1) / (rows - 1)));
      Map<String, Object> cells = new LinkedHashMap<>();
      cells.put("budget", allocation.price().of(point.cost()));
      cells.put("cost", axis.words(point));
      cells.put("divergence", Quantity.divergence(point.divergence()));
      table.add(cells);
    }
    return table;
  }
}
