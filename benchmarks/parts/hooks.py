"""Are plugins asked per branch and batch only? Counted, not timed."""

from benchmarks.cases.hooks import BATCH, hook_calls
from benchmarks.figures import Figure
from benchmarks.setting import Part, Setting

FEW, MANY = 1_000, 10_000
DIFFERING = 50


def hooks(setting: Setting) -> Part:
    """Ten times the records with the same differences, then ten times the differences."""
    small, large = hook_calls(FEW, DIFFERING), hook_calls(MANY, DIFFERING)
    varied = hook_calls(MANY, FEW)
    setting.say(f"hooks: {FEW:,} records {dict(small)}; {MANY:,} records {dict(large)}")
    setting.say(f"hooks: {MANY:,} records of which {FEW:,} differ {dict(varied)}")
    more = sum(abs(large[name] - small[name]) for name in {*small, *large})
    loose = abs(varied["dss_handle_actions"] - varied[BATCH])
    total = sum(count for name, count in small.items() if name != BATCH)
    note = f"{total} calls for two branches a side, reading, comparing and writing"
    return Part(
        [
            Figure("hooks", "hook calls more for ten times the records", [more], "calls", limit=0, note=note),
            Figure("hooks", "calls of `dss_handle_actions` beside one a batch", [loose], "calls", limit=0),
        ]
    )
