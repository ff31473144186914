"""Functions made for one file, from what is known of it beforehand: they run once a row, so they ask nothing twice."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any

from dss_powerschool_csv.cells import BadCell, Memo, several
from dss_powerschool_csv.files import Row
from dss_powerschool_csv.looks import Plain
from dss_powerschool_csv.tables import FileOptions

Record = tuple[Any, ...]
Convert = Callable[[Sequence[int], list[Row]], list[Record]]


def splitters(options: FileOptions) -> dict[str, object]:
    """What the expressions of attributes with several values use."""
    return {
        f"{attribute}_values": Memo(partial(several, separator=separator))
        for attribute, separator in options.split.items()
    }


def compiled(
    body: Sequence[str],
    fields: Mapping[str, str],
    names: Mapping[str, object],
    plain: Mapping[str, Plain] | None = None,
) -> Convert:
    """A function from rows to records.

    Made for one file, since it runs once a row: what is known beforehand (places of columns, which of them there
    are) is not asked again for each.

    Args:
        body: statements that come before the record is made; `continue` leaves the row out.
        fields: the record's attributes, each with its expression; `row` is the row, `line_of(row, lines, rows)`
            its line.
        names: what the statements and expressions use; `bad(line, row, error)` is called on `BadCell`, and gives a
            record or None.
        plain: attributes that are made in a simpler way where all cells of their columns in a block are plain.
    """
    looks, source = {}, "def convert(lines, rows):\n    made = []\n    keep = made.append\n"
    if plain:
        looks = {f"look_{name}": one.look for name, one in plain.items()}
        looked = " and ".join(
            f"look_{name}([row[{one.place}] for row in rows])" for name, one in plain.items()
        )
        quick = {name: one.expression.format(f"row[{one.place}]") for name, one in plain.items()}
        source += f"    if {looked}:\n{_loop(body, {**fields, **quick}, '        ')}        return made\n"
    source += f"{_loop(body, fields, '    ')}    return made\n"
    return _executed(source, "convert", {**looks, **names})  # type: ignore[no-any-return]


def _loop(body: Sequence[str], fields: Mapping[str, str], indent: str) -> str:
    lines = [
        "for row in rows:",
        "    try:",
        *(f"        {statement}" for statement in body),
        f"        keep(({', '.join(fields.values())},))",
        "    except BadCell as error:",
        "        record = bad(line_of(row, lines, rows), row, error)",
        "        if record is not None:",
        "            keep(record)",
    ]
    return "".join(f"{indent}{line}\n" for line in lines)


def values_of(fields: Mapping[str, str], names: Mapping[str, object]) -> Callable[..., Record]:
    """A function `(row, class_, person)` to the values of these expressions."""
    return _executed(  # type: ignore[no-any-return]
        "def values(row, class_=None, person=None):\n    return"
        f" ({''.join(f'{text}, ' for text in fields.values())})\n",
        "values",
        names,
    )


def forgiving(fields: Mapping[str, str], names: Mapping[str, object]) -> Callable[[Row], Record]:
    """A function `row` to the values of these expressions, with None for cells that are bad."""
    single = [values_of({name: text}, names) for name, text in fields.items()]

    def values(row: Row) -> Record:
        made = []
        for one in single:
            try:
                made.append(one(row)[0])
            except BadCell:
                made.append(None)
        return tuple(made)

    return values


def line_of(row: Row, lines: Sequence[int], rows: list[Row]) -> int:
    """The line of one of some rows; asked for so seldom that counting along with the rows would cost more."""
    return next(line for line, other in zip(lines, rows, strict=True) if other is row)


def _executed(source: str, name: str, names: Mapping[str, object]) -> Any:
    space: dict[str, Any] = {"BadCell": BadCell, "line_of": line_of, **names}
    # made of numbers and of the names above; what the configuration gives stands in it as a literal
    exec(compile(source, f"<dss_powerschool_csv {name}>", "exec"), space)
    return space[name]
