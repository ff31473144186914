"""The folder of an export: which files are read for a branch, and how they are written."""

from __future__ import annotations

import contextlib
import functools
import time
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from dss.errors import ConfigError, NotProvided, ReadError
from dss.sources import Source
from dss_powerschool_csv.charset import codec
from dss_powerschool_csv.config import Options
from dss_powerschool_csv.files import DelimitedFile, Row
from dss_powerschool_csv.newest import Chosen, Pattern, newest
from dss_powerschool_csv.sources import Sources
from dss_powerschool_csv.spoilt import Spoilt
from dss_powerschool_csv.texts import Format

#: The branches that have files of their own, and PowerSchool's name of the table in them.
TABLES = {
    "students": "students",
    "teachers": "teachers",
    "courses": "courses",
    "classes": "sections",
    "enrollments": "cc",
}
_DELIMITERS = {"tab": "\t", "\\t": "\t", "comma": ",", "semicolon": ";", "pipe": "|"}


class Exports:
    """The export's files.

    Args:
        options: the tree's.
        folder: what the options' `folder` comes to.
    """

    def __init__(self, options: Options, folder: Path) -> None:
        self.options = options
        self.folder = folder
        self._sources = Sources()
        self._patterns = {
            branch: Pattern(options.of_file(branch).files) for branch in TABLES if self.provides(branch)
        }

    def provides(self, branch: str) -> bool:
        """Whether this school has files for a branch."""
        return bool(self.options.of_file(branch).files)

    @functools.cached_property
    def _found(self) -> dict[str, dict[str, Chosen]]:
        """The newest files of all branches, by branch and school."""
        if not self.folder.is_dir():
            raise ReadError(
                f"folder `{self.folder}` is not there; set `folder` to where the export is written"
            )
        return {branch: newest(self.folder, pattern) for branch, pattern in self._patterns.items()}

    def look_again(self) -> None:
        """Forget which files there are."""
        vars(self).pop("_found", None)

    def schools(self, branch: str) -> dict[str, str]:
        """The schools that must have a file of this branch, by their name in lower case."""
        declared = self.options.of_file(branch).schools
        if declared is None:
            declared = self.options.schools
        if not declared:
            # a school that any file names is a school
            declared = [school for files in self._found.values() for school in files if school]
        return {school.casefold(): school for school in declared}

    def files(self, branch: str) -> list[Chosen]:
        """The newest file of each school, in the order of the schools' names.

        Raises:
            NotProvided: this school has no such files.
            ReadError: a file is missing, too old, or too fresh.
        """
        if not self.provides(branch):
            raise NotProvided(f"`{branch}.files` is blank: the export has no file for `{branch}`")
        pattern, found = self._patterns[branch], self._found[branch]
        if not found:
            raise ReadError(
                f"`{branch}`: no file `{pattern.text}` in `{self.folder}`; look at the export, or at `files`"
            )
        if not pattern.per_school:
            chosen = list(found.values())
        else:
            by_school = {school.casefold(): file for school, file in found.items()}
            wanted = self.schools(branch)
            missing = [f"`{name}`" for school, name in wanted.items() if school not in by_school]
            if missing:
                raise ReadError(
                    f"`{branch}`: school {', '.join(missing)} has no file `{pattern.text}` in `{self.folder}`,"
                    " others have; without it everybody there would seem gone. Mend the export, or list in"
                    " `schools` those that have such a file"
                )
            chosen = [by_school[school] for school in sorted(wanted)]
        for file in chosen:
            self._check_time(file)
        return chosen

    def undeclared(self, branch: str) -> list[Chosen]:
        """Files of schools that the configuration does not list; they are not read."""
        if not self._patterns[branch].per_school:
            return []
        wanted = self.schools(branch)
        return [file for school, file in self._found[branch].items() if school.casefold() not in wanted]

    def _check_time(self, file: Chosen) -> None:
        try:
            age = time.time() - file.path.stat().st_mtime
        except OSError as error:
            raise ReadError(f"`{file.name}`: it cannot be looked at: {error.strerror or error}") from error
        hours, seconds = self.options.max_age_hours, self.options.settle_seconds
        if hours and age > hours * 3600:
            raise ReadError(
                f"`{file.name}`: it was written {age / 3600:.0f} hours ago, `max_age_hours` is {hours:g}; the"
                " export did not run"
            )
        if seconds and age < seconds:
            raise ReadError(
                f"`{file.name}`: it was written {max(age, 0):.0f} seconds ago, `settle_seconds` is {seconds:g};"
                " it may still be written, so read again later"
            )

    def form(self, branch: str) -> Format:
        """How the files of a branch are written.

        Raises:
            ConfigError: an option has no meaning.
        """
        tree, own = self.options, self.options.of_file(branch)
        delimiter = tree.delimiter if own.delimiter is None else own.delimiter
        delimiter = _DELIMITERS.get(delimiter, delimiter)
        if len(delimiter) != 1 or delimiter in '\r\n"':
            raise ConfigError(f"`delimiter` is {delimiter!r}; wanted one character, such as `tab` or `comma`")
        header = next((value for value in (own.header, tree.header) if value is not None), not own.columns)
        if not header and not own.columns:
            raise ConfigError(
                f"`{branch}.columns` is empty and `header` is false; list the fields in their order"
            )
        return Format(
            encoding=codec(tree.encoding if own.encoding is None else own.encoding),
            delimiter=delimiter,
            quoted=tree.quoted if own.quoted is None else own.quoted,
            header=header,
            columns=tuple(own.columns),
            entities=tree.html_entities,
        )

    def open(
        self,
        branch: str,
        file: Chosen,
        spoilt: Callable[[Spoilt], None] = lambda spoilt: None,
        blanks: bool = False,
    ) -> DelimitedFile:
        """A file of a branch, to be entered as a context; the arguments are those of `DelimitedFile`."""
        digested = self._sources.watch(self._lasting_name(branch, file), file)
        return DelimitedFile(file.path, file.name, self.form(branch), spoilt, blanks, digested=digested)

    def sources(self) -> list[Source]:
        """The files that have been read; before anything has been, those that would be."""
        if self._sources.read:
            return self._sources.read
        found: dict[str, Source] = {}
        for branch in self._patterns:
            with contextlib.suppress(ReadError):
                for file in self.files(branch):
                    name = self._lasting_name(branch, file)
                    found[name] = self._sources.look_at(name, file)
        return list(found.values())

    def _lasting_name(self, branch: str, file: Chosen) -> str:
        """The name of a file without what tonight's has of its own, its version and date."""
        return self._patterns[branch].text.replace("{school}", file.school)

    def raw_rows(self, branch: str, name: str, lines: Collection[int]) -> dict[int, Row]:
        """Some rows of a file of a branch as they stand there, by the line on which they begin."""
        file = next(file for file in self.files(branch) if file.name == name)
        last = max(lines)
        found: dict[int, Row] = {}
        with DelimitedFile(file.path, file.name, self.form(branch), raw=True) as source:
            for places, rows in source.blocks():
                found.update((line, row) for line, row in zip(places, rows, strict=True) if line in lines)
                if places and places[-1] >= last:
                    break
        return found

    def dates_differ(self, branch: str) -> Iterator[str]:
        """Notes on schools whose newest file is of another day than the others'."""
        if "date" in self._patterns[branch].fields:
            files = self.files(branch)
            latest = max(file.age for file in files)
            yield from (
                f"`{file.name}` is older than other schools' files" for file in files if file.age < latest
            )
