"""Results as tables for people, and as JSON and Markdown files."""

import json
import platform
import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from benchmarks.figures import Figure, Verdict
from benchmarks.runs import Results

FIGURE_HEADER = ("figure", "median", "rounds", "limit", "by wall clock", "verdict")
RUN_HEADER = ("case", "table", "records", "CPU s", "wall s", "phases, CPU s", "peak MB")


def number(value: float) -> str:
    """Three significant figures, never as an exponent."""
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"


def figure_row(figure: Figure) -> tuple[str, ...]:
    """One figure's cells."""
    median = "" if figure.median is None else f"{number(figure.median)} {figure.unit}"
    spread = f"{number(min(figure.values))}-{number(max(figure.values))}" if len(figure.values) > 1 else ""
    limit = "" if figure.limit is None else f"{figure.sense} {number(figure.limit)} {figure.unit}"
    wall = f"{number(statistics.median(figure.wall))} {figure.unit}" if figure.wall else ""
    note = f" ({figure.note})" if figure.note else ""
    return f"{figure.part}: {figure.what}{note}", median, spread, limit, wall, str(figure.verdict)


def run_rows(results: Results) -> list[tuple[str, ...]]:
    """The medians behind the ratios, a row for each run."""
    rows = []
    for run, rounds in results.rounds.items():
        phases = {
            name: statistics.median(measured.phases[name]["cpu"] for measured in rounds)
            for name in rounds[0].phases
        }
        totals = [
            statistics.median(sum(phase[clock] for phase in measured.phases.values()) for measured in rounds)
            for clock in ("cpu", "wall")
        ]
        rows.append(
            (
                run.case,
                run.layout.name,
                f"{run.size:,}",
                *(f"{total:.2f}" for total in totals),
                ", ".join(f"{name} {seconds:.2f}" for name, seconds in phases.items()),
                f"{statistics.median(measured.peak for measured in rounds):.0f}",
            )
        )
    return rows


def table(header: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table, its columns padded so that it also reads well on a terminal."""
    lines = [header, *rows]
    widths = [max(len(line[at]) for line in lines) for at in range(len(header))]
    text = [
        "| " + " | ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) + " |"
        for line in lines
    ]
    text.insert(1, "| " + " | ".join("-" * width for width in widths) + " |")
    return "\n".join(text)


def markdown(command: str, figures: Sequence[Figure], runs: Sequence[tuple[str, ...]]) -> str:
    """The whole report."""
    short = [figure for figure in figures if figure.verdict is Verdict.SHORT]
    kept = [figure for figure in figures if figure.verdict is Verdict.PASS]
    missing = [figure for figure in figures if figure.verdict is Verdict.NOT_RUN]
    blocks = [
        f"Command: `{command}`  \nPython {platform.python_version()} on {platform.system()}",
        table(FIGURE_HEADER, map(figure_row, figures)),
        *([table(RUN_HEADER, runs)] if runs else []),
        f"{len(kept)} kept, {len(short)} short, {len(missing)} not run."
        + "".join(f"\n- SHORT: {figure.part}: {figure.what}" for figure in short),
    ]
    return "\n\n".join(blocks) + "\n"


def as_json(command: str, figures: Sequence[Figure], results: Sequence[Results]) -> str:
    """Every number of every round."""
    told: dict[str, Any] = {
        "command": command,
        "python": platform.python_version(),
        "figures": [
            {
                "part": figure.part,
                "what": figure.what,
                "median": figure.median,
                "values": list(figure.values),
                "wall": list(figure.wall),
                "unit": figure.unit,
                "sense": figure.sense,
                "limit": figure.limit,
                "verdict": figure.verdict,
                "note": figure.note,
            }
            for figure in figures
        ],
        "runs": [
            {
                "case": run.case,
                "table": run.layout.name,
                "records": run.size,
                "rounds": [vars(one) for one in rounds],
            }
            for result in results
            for run, rounds in result.rounds.items()
        ],
    }
    return json.dumps(told, indent=1, ensure_ascii=False) + "\n"
