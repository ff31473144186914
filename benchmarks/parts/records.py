"""Reading and comparing records: against the peer, against hand-written loops, and at ten times the size."""

from importlib.util import find_spec

from benchmarks.figures import Figure, Sense
from benchmarks.layouts import ENROLLMENTS, STUDENTS
from benchmarks.runs import BOTH, COMPARE, READ, Results, Run, interleave
from benchmarks.setting import Part, Setting

MAPPINGS = ("plain_mappings", "dss_mappings")
POSITIONAL = ("plain_positional", "dss_rows")
EXPORT = ("plain_export", "dss_powerschool")
SEATS = ("plain_seats", "dss_seats")
PLAIN = {STUDENTS.name: (MAPPINGS, POSITIONAL, EXPORT), ENROLLMENTS.name: (MAPPINGS, POSITIONAL, SEATS)}
PEER_LIMITS = {STUDENTS.name: (20.0, 8.0), ENROLLMENTS.name: (25.0, 12.0)}


def peer(setting: Setting) -> Part:
    """Compare dss with diffsync on the same files."""
    if find_spec("diffsync") is None:
        limit = PEER_LIMITS[STUDENTS.name][0]
        missing = Figure(
            "peer", "diffsync / dss", (), limit=limit, note="not installed; `make bench` installs it"
        )
        return Part([missing])
    figures: list[Figure] = []
    sides = {
        layout: [Run(case, layout, setting.records) for case in ("diffsync", "dss_rows", "dss_mappings")]
        for layout in (STUDENTS, ENROLLMENTS)
    }
    runs = [run for group in sides.values() for run in group]
    results = interleave(setting.work, runs, setting.rounds, setting.say)
    for layout, (theirs, ours, mappings) in sides.items():
        compare, both = PEER_LIMITS[layout.name]
        figures += [
            faster(results, "peer", f"{layout.name}: compare", theirs, ours, COMPARE, limit=compare),
            faster(
                results,
                "peer",
                f"{layout.name}: compare, the peer's differences collected",
                theirs,
                ours,
                COMPARE,
                over_phases=("compare", "collect"),
            ),
            faster(results, "peer", f"{layout.name}: read-in and compare", theirs, ours, BOTH, limit=both),
            faster(
                results, "peer", f"{layout.name}: read-in and compare, from mappings", theirs, mappings, BOTH
            ),
            Figure(
                "peer",
                f"{layout.name}: peak memory / the peer's",
                results.peaks(ours, theirs),
                limit=0.45,
            ),
        ]
    return Part(figures, results)


def plain(setting: Setting) -> Part:
    """Compare dss with hand-written loops over the same files."""
    pairs = [
        (Run(theirs, layout, setting.records), Run(ours, layout, setting.records))
        for layout in (STUDENTS, ENROLLMENTS)
        for theirs, ours in PLAIN[layout.name]
    ]
    runs = [run for pair in pairs for run in pair]
    results = interleave(setting.work, runs, setting.rounds, setting.say)
    return Part([figure for pair in pairs for figure in against_plain(results, *pair)], results)


def against_plain(results: Results, bottom: Run, top: Run) -> list[Figure]:
    """Time and memory of one dss side over its hand-written baseline."""
    what = f"{top.layout.name}: {top.case} / {bottom.case}"
    memory_limit = 1.15 if bottom.case == "plain_mappings" else None
    return [
        slower(results, "plain", f"{what}, read-in and compare", top, bottom, BOTH, limit=1.3),
        slower(results, "plain", f"{what}, read-in", top, bottom, READ),
        slower(results, "plain", f"{what}, compare", top, bottom, COMPARE),
        Figure("plain", f"{what}, peak memory", results.peaks(top, bottom), limit=memory_limit),
    ]


def scale(setting: Setting) -> Part:
    """Ten times the records: what do they cost, and what do they cost a hand-written loop?"""
    sizes = (setting.records, setting.large)
    small, large = (Run("dss_rows", STUDENTS, size) for size in sizes)
    plain_small, plain_large = (Run("plain_positional", STUDENTS, size) for size in sizes)
    runs = [small, plain_small, large, plain_large]
    results = interleave(setting.work, runs, setting.large_rounds, setting.say)
    what = f"students: {setting.large:,} records / {setting.records:,}"
    limit = 1.2 * setting.large / setting.records
    return Part(
        [
            slower(results, "scale", f"{what}, read-in and compare", large, small, BOTH, limit=limit),
            slower(results, "scale", f"{what}, plain_positional", plain_large, plain_small, BOTH),
            slower(
                results,
                "scale",
                f"{setting.large:,} students: dss_rows / plain_positional",
                large,
                plain_large,
                BOTH,
            ),
            Figure("scale", f"{what}, peak memory", results.peaks(large, small)),
        ],
        results,
    )


def faster(
    results: Results,
    part: str,
    what: str,
    theirs: Run,
    ours: Run,
    phases: tuple[str, ...],
    limit: float | None = None,
    over_phases: tuple[str, ...] = (),
) -> Figure:
    """How many times faster ours is."""
    values, wall = (results.ratios(theirs, ours, phases, clock, over_phases) for clock in ("cpu", "wall"))
    return Figure(part, f"{what}: times faster", values, wall=wall, sense=Sense.AT_LEAST, limit=limit)


def slower(
    results: Results,
    part: str,
    what: str,
    ours: Run,
    theirs: Run,
    phases: tuple[str, ...],
    limit: float | None = None,
) -> Figure:
    """How many times theirs ours takes."""
    values, wall = (results.ratios(ours, theirs, phases, clock) for clock in ("cpu", "wall"))
    return Figure(part, what, values, wall=wall, limit=limit)
