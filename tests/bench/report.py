"""What was measured, and whether it is within its mark."""
import dataclasses
import statistics


@dataclasses.dataclass
class Measurement:
    workload: str
    load: str
    unit: str
    values: list  # of polyfon, one a run
    mark: float | None = None  # at most
    peer: str = ""
    peer_values: list = dataclasses.field(default_factory=list)
    others: list = dataclasses.field(default_factory=list)  # what other processes used meanwhile, percent of a core

    def median(self):
        return statistics.median(self.values)

    def missed(self):
        return self.mark is not None and self.median() > self.mark


def figure(value):
    return f"{value:,.0f}" if value >= 100 else f"{value:.1f}"


def span(values):
    """The median, and the range of the runs."""
    if not values:
        return "-"
    text = figure(statistics.median(values))
    if len(values) > 1:
        text += f" ({figure(min(values))}-{figure(max(values))})"
    return text


def table(measurements):
    rows = [("workload", "load", "unit", "polyfon", "peer", "mark", "others' CPU", "")]
    for m in measurements:
        rows.append((m.workload, m.load, m.unit, span(m.values),
                     f"{m.peer} {span(m.peer_values)}" if m.peer_values else "-",
                     f"<= {figure(m.mark)}" if m.mark is not None else "-",
                     f"{span(m.others)} %" if m.others else "-",
                     "" if m.mark is None else "MISSED" if m.missed() else "kept"))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    lines = ["  ".join(cell.ljust(width) for cell, width in zip(row, widths)).rstrip() for row in rows]
    lines.insert(1, "  ".join("-" * width for width in widths))
    return "\n".join(lines)
