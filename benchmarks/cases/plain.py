"""Hand-written baselines: what somebody writes who needs this one comparison, once, and no library.

`plain_mappings` is the straightforward way. `plain_positional` is the quick one: objects made by position,
the cycle collector off, whole records compared before their attributes.
"""

import csv
import gc
from collections.abc import Iterator, Mapping
from operator import attrgetter
from pathlib import Path
from typing import Any

from benchmarks.layouts import Layout, setter, several
from benchmarks.measure import Measured
from benchmarks.models import MODELS
from benchmarks.truth import ATTRIBUTE, GONE, NEW, found

Difference = tuple[str, str, str, Any, Any]


def mappings(path: Path, layout: Layout) -> Iterator[dict[str, Any]]:
    """The file's records as mappings, multi-valued cells split."""
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        header = next(reader)
        for row in reader:
            record: dict[str, Any] = dict(zip(header, row, strict=True))
            for name in layout.several:
                record[name] = several(record[name])
            yield record


def load_mappings(path: Path, layout: Layout) -> dict[str, Any]:
    """Objects by idnumber, made by keyword; a doubled idnumber is an error."""
    model = MODELS[layout.name]
    items: dict[str, Any] = {}
    for record in mappings(path, layout):
        item = model(**record)
        if item.idnumber in items:
            raise ValueError(f"`{item.idnumber}` stands twice in `{path}`")
        items[item.idnumber] = item
    return items


def load_positional(path: Path, layout: Layout) -> dict[str, Any]:
    """Objects by idnumber, made by position; a doubled idnumber is an error."""
    model, values = MODELS[layout.name], setter(layout)
    items: dict[str, Any] = {}
    with path.open(encoding="utf-8", newline="") as file:
        reader = csv.reader(file)
        next(reader)
        for row in reader:
            if row[0] in items:
                raise ValueError(f"`{row[0]}` stands twice in `{path}`")
            items[row[0]] = model(*values(row))
    return items


def compare_attributes(left: Mapping[str, Any], right: Mapping[str, Any], layout: Layout) -> list[Difference]:
    """Every difference, by looking at each attribute of each pair."""
    names = layout.fields[1:]
    differences: list[Difference] = []
    for idnumber, wanted in left.items():
        there = right.get(idnumber)
        if there is None:
            differences.append((NEW, idnumber, "", wanted, None))
            continue
        for name in names:
            value, was = getattr(wanted, name), getattr(there, name)
            if value != was:
                differences.append((ATTRIBUTE, idnumber, name, value, was))
    differences += [
        (GONE, idnumber, "", None, item) for idnumber, item in right.items() if idnumber not in left
    ]
    return differences


def compare_whole(left: Mapping[str, Any], right: Mapping[str, Any], layout: Layout) -> list[Difference]:
    """Every difference, by looking at the attributes of those pairs only that are not equal as a whole."""
    names = layout.fields[1:]
    whole = attrgetter(*names)
    differences: list[Difference] = []
    for idnumber, wanted in left.items():
        there = right.get(idnumber)
        if there is None:
            differences.append((NEW, idnumber, "", wanted, None))
        elif wanted != there:
            pairs = zip(names, whole(wanted), whole(there), strict=True)
            differences += [
                (ATTRIBUTE, idnumber, name, value, was) for name, value, was in pairs if value != was
            ]
    differences += [
        (GONE, idnumber, "", None, item) for idnumber, item in right.items() if idnumber not in left
    ]
    return differences


def compare_together(left: Mapping[str, Any], right: Mapping[str, Any], layout: Layout) -> list[Difference]:
    """The same for objects that cannot be compared as a whole: all attributes of both by one getter."""
    names = layout.fields[1:]
    whole = attrgetter(*names)
    differences: list[Difference] = []
    for idnumber, wanted in left.items():
        there = right.get(idnumber)
        if there is None:
            differences.append((NEW, idnumber, "", wanted, None))
        elif (ours := whole(wanted)) != (theirs := whole(there)):
            pairs = zip(names, ours, theirs, strict=True)
            differences += [
                (ATTRIBUTE, idnumber, name, value, was) for name, value, was in pairs if value != was
            ]
    differences += [
        (GONE, idnumber, "", None, item) for idnumber, item in right.items() if idnumber not in left
    ]
    return differences


def plain_mappings(folder: Path, layout: Layout) -> Measured:
    """`csv.reader` to mappings to objects by keyword to a dict; then attribute by attribute."""
    measured = Measured()
    with measured.phase("read"):
        left = load_mappings(folder / "left.csv", layout)
        right = load_mappings(folder / "right.csv", layout)
    with measured.phase("compare"):
        differences = compare_attributes(left, right, layout)
    measured.found = found(difference[:3] for difference in differences)
    return measured


def plain_positional(folder: Path, layout: Layout) -> Measured:
    """Objects by position with the collector off; then whole records, and attributes where unequal."""
    measured = Measured()
    gc.disable()
    with measured.phase("read"):
        left = load_positional(folder / "left.csv", layout)
        right = load_positional(folder / "right.csv", layout)
    with measured.phase("compare"):
        differences = compare_whole(left, right, layout)
    measured.found = found(difference[:3] for difference in differences)
    return measured
