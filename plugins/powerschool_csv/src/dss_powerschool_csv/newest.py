"""Which of the files in a folder are read: the newest version of each school's.

A pattern is a file's path below the folder. `{school}` stands for a school's name in it, `{version}` for a number such
as `4.10`, `{date}` for a day such as `2026-08-31` or `20260831` (with a time, if you like), `{date:%m-%d-%Y}` for a day
written in another order, `*` and `?` for any text that does not count.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import attrs

from dss.errors import ConfigError, ReadError

_PART = re.compile(r"\{([a-z]+)(?::([^{}]*))?\}|(\*)|(\?)")
_DAY = r"[0-9]{4}[-_.]?[0-9]{2}[-_.]?[0-9]{2}(?:[-_.T ]?[0-9]{2}[-_.:]?[0-9]{2}(?:[-_.:]?[0-9]{2})?)?"
_DIRECTIVES = {
    "%Y": "[0-9]{4}",
    "%y": "[0-9]{2}",
    "%b": "[^0-9]+?",
    "%B": "[^0-9]+?",
    "%j": "[0-9]{3}",
    **dict.fromkeys(("%m", "%d", "%H", "%M", "%S"), "[0-9]{1,2}"),
}

Age = tuple[tuple[int, ...], ...]


@attrs.frozen
class Chosen:
    """One file to be read.

    Attributes:
        path: where it is.
        name: its path below the folder, for messages.
        school: the school's name in it; blank when the pattern has no `{school}`.
        version: what the name says of its version or date; blank when nothing.
        age: the same as numbers; larger is newer.
        passed_over: older versions of it that are there.
    """

    path: Path
    name: str
    school: str = ""
    version: str = ""
    age: Age = ()
    passed_over: tuple[str, ...] = ()


class Pattern:
    """A compiled pattern.

    Raises:
        ConfigError: it has a placeholder twice, or one that does not exist, or leads out of the folder.
    """

    def __init__(self, text: str) -> None:
        self.text = text
        self.fields: list[str] = []
        self._form: str | None = None
        parts = text.replace("\\", "/").split("/")
        if not all(parts) or {".", ".."} & set(parts) or re.match("[A-Za-z]:", text):
            raise ConfigError(
                f"`files` is `{text}`; wanted a path below `folder`, such as `students.txt` or `today/students.txt`"
            )
        self._parts = [re.compile(self._translated(part), re.IGNORECASE) for part in parts]

    def _translated(self, part: str) -> str:
        # as anywhere, what begins with a dot is hidden, unless it is asked for
        made, at = [] if part.startswith(".") else [r"(?!\.)"], 0
        for found in _PART.finditer(part):
            made.append(re.escape(part[at : found.start()]))
            made.append(self._placeholder(found))
            at = found.end()
        return "".join([*made, re.escape(part[at:])])

    def _placeholder(self, found: re.Match[str]) -> str:
        field, form = found[1], found[2]
        if field is None:
            return ".*" if found[3] else "."
        if field in self.fields or field not in ("school", "version", "date"):
            raise ConfigError(
                f"`files` is `{self.text}`, with `{found[0]}`; wanted each of `{{school}}`, `{{version}}`, `{{date}}`"
                " at most once"
            )
        self.fields.append(field)
        if field == "school":
            return "(?P<school>.+?)"
        if field == "version":
            return r"(?P<version>[0-9]+(?:\.[0-9]+)*)"
        self._form = form
        if form is None:
            return f"(?P<date>{_DAY})"
        shape = re.sub("%.", lambda one: _DIRECTIVES.get(one[0], ".+?"), re.sub(r"([^\w%])", r"\\\1", form))
        return f"(?P<date>{shape})"

    @property
    def per_school(self) -> bool:
        """Whether there is one file for each school."""
        return "school" in self.fields

    def find(self, folder: Path) -> Iterator[Chosen]:
        """All files that fit, in the order of their names.

        Raises:
            ReadError: the folder cannot be listed, or a name has a day in it that does not exist.
        """
        yield from self._find(folder, folder, self._parts, {})

    def _find(
        self, top: Path, folder: Path, parts: list[re.Pattern[str]], known: dict[str, str]
    ) -> Iterator[Chosen]:
        try:
            entries = sorted(folder.iterdir())
        except OSError as error:
            raise ReadError(
                f"folder `{folder}` cannot be listed: {error.strerror or error}; set `folder` to where the"
                " export is written"
            ) from error
        for entry in entries:
            found = parts[0].fullmatch(entry.name)
            if found is None:
                continue
            fields = known | found.groupdict()
            if len(parts) > 1:
                if entry.is_dir():
                    yield from self._find(top, entry, parts[1:], fields)
            elif entry.is_file():
                yield self._chosen(entry, entry.relative_to(top).as_posix(), fields)

    def _chosen(self, path: Path, name: str, fields: dict[str, str]) -> Chosen:
        dated = [field for field in self.fields if field != "school"]
        age = tuple(self._age(field, fields[field], name) for field in dated)
        return Chosen(path, name, fields.get("school", ""), " ".join(fields[field] for field in dated), age)

    def _age(self, field: str, text: str, name: str) -> tuple[int, ...]:
        if field == "version":
            # 4.0 is 4
            return tuple(map(int, re.sub(r"(\.0+)+$", "", text).split(".")))
        digits = re.sub("[^0-9]", "", text)
        form = self._form or {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}.get(len(digits), "%Y%m%d")
        try:
            return datetime.strptime(text if self._form else digits, form).timetuple()[:6]  # noqa: DTZ007
        except ValueError:
            raise ReadError(
                f"`{name}`: `{text}` in its name is no day, so nobody can tell which file is the newest; rename it"
            ) from None


def newest(folder: Path, pattern: Pattern) -> dict[str, Chosen]:
    """The newest file of each school, by the school's name; one file, under a blank name, without `{school}`.

    Raises:
        ReadError: two files are equally new.
    """
    fitting: dict[str, list[Chosen]] = {}
    names: dict[str, str] = {}
    for file in pattern.find(folder):
        school = names.setdefault(file.school.casefold(), file.school)
        fitting.setdefault(school, []).append(file)
    chosen = {}
    for school, files in fitting.items():
        files.sort(key=lambda file: file.age)
        best = files[-1]
        if len(files) > 1 and files[-2].age == best.age:
            raise ReadError(
                f"`{files[-2].name}` and `{best.name}` both fit `{pattern.text}` and neither is"
                " newer; move one away, or"
                " put `{school}`, `{version}` or `{date}` into `files` where the names differ"
            )
        chosen[school] = attrs.evolve(best, passed_over=tuple(file.name for file in files[:-1]))
    return chosen
