"""Suites whose author has given the kit something that it cannot use."""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any, cast

from core.tests.testing.broken import BROKEN, Broken, caught_by
from core.tests.testing.roster.system import Roster
from core.tests.testing.sound import SoundSuite

from dss.testing import Record

RECORDS = "test_sample_records_are_records"
HELD = "test_the_system_holds_what_it_is_given"
CALLS = "test_calls_are_named"
ERRORS = "test_errors_that_are_injected_are_errors"

# -- the system ----------------------------------------------------------------------------------------------------


def no_system(folder: Path) -> Any:
    """A fixture that forgets its `return`."""


BROKEN.append(Broken("NoSystem", RECORDS, "return an instance", "people", {"system": no_system}))


@caught_by(RECORDS, "return a dict of the connector's options")
class NoOptions(Roster):
    def options(self) -> Mapping[str, Any]:
        return cast(Mapping[str, Any], None)


@caught_by(RECORDS, "give the fields of `Options`")
class UnknownOption(Roster):
    def options(self) -> Mapping[str, Any]:
        return {**super().options(), "port": 389}


@caught_by(HELD, "take these records of `people`")
class SeedRaises(Roster):
    def seed(self, branch: str, records: Sequence[Record]) -> None:
        super().seed(branch, [{**one, "email": one["mail"]} for one in records])


@caught_by(HELD, "mend `seed` or `read_back`")
class SeedStoresNothing(Roster):
    def seed(self, branch: str, records: Sequence[Record]) -> None:
        pass


@caught_by(HELD, "mend `seed` or `read_back`")
class SeedForgetsAddresses(Roster):
    def seed(self, branch: str, records: Sequence[Record]) -> None:
        super().seed(branch, [{**one, "email": None} for one in records])


@caught_by(HELD, "mend `seed` or `read_back`")
class EverybodyIsEnabled(Roster):
    def read_back(self, branch: str) -> Iterable[Record]:
        return [{**one, "enabled": True} for one in super().read_back(branch)]


@caught_by(HELD, "read_back` give each record")
class ReadsBackNothing(Roster):
    def read_back(self, branch: str) -> Iterable[Record]:
        return cast(Iterable[Record], None)


@caught_by(HELD, "read_back` give each record")
class ReadsBackWithoutKeys(Roster):
    def read_back(self, branch: str) -> Iterable[Record]:
        return [{"key": one["idnumber"]} for one in super().read_back(branch)]


@caught_by(HELD, "an order that stay the same")
class DumpOfTheMoment(Roster):
    moments = itertools.count()

    def dump(self) -> object:
        return next(self.moments), super().dump()


@caught_by(HELD, "every file, or every table")
class DumpsNothing(Roster):
    def dump(self) -> object:
        return None


@caught_by(HELD, "every file, or every table", branch="groups")
class DumpsPeopleOnly(Roster):
    def dump(self) -> object:
        with self.open() as connection:
            return [tuple(row) for row in connection.execute("SELECT * FROM seats")]


# -- sample records ------------------------------------------------------------------------------------------------


@caught_by(RECORDS, "return a dict")
class NoRecord(SoundSuite):
    def record(self, branch: str, number: int) -> dict[str, Any]:
        return cast(dict[str, Any], None)


@caught_by(RECORDS, "return a dict")
class RecordRaises(SoundSuite):
    def record(self, branch: str, number: int) -> dict[str, Any]:
        return {"idnumber": ("teacher", "pupil")[number]}


@caught_by(RECORDS, "with a text as `idnumber`")
class RecordWithoutKey(SoundSuite):
    def record(self, branch: str, number: int) -> dict[str, Any]:
        return {"given_name": "Zoë"}


@caught_by(RECORDS, "another one for each number")
class AlwaysTheSameRecord(SoundSuite):
    def record(self, branch: str, number: int) -> dict[str, Any]:
        return super().record(branch, 1)


@caught_by(RECORDS, "the same whenever it is asked")
class RecordOfTheMoment(SoundSuite):
    moments = itertools.count()

    def record(self, branch: str, number: int) -> dict[str, Any]:
        return {**super().record(branch, number), "given_name": f"name {next(self.moments)}"}


# -- calls and errors ----------------------------------------------------------------------------------------------


@caught_by(CALLS, "name in `read_calls`")
class NamesNoReading(SoundSuite):
    read_calls = ()


@caught_by(CALLS, "name in `write_calls`")
class NamesNoWriting(SoundSuite):
    write_calls = ()


@caught_by(ERRORS, "the suite's `lost` return")
class LostRaises(SoundSuite):
    def lost(self) -> BaseException:
        raise ConnectionResetError


@caught_by(ERRORS, "the suite's `busy` return")
class NothingIsBusy(SoundSuite):
    def busy(self) -> BaseException:
        return cast(BaseException, None)


@caught_by(ERRORS, "the suite's `refused` return")
class RefusedByAClass(SoundSuite):
    def refused(self) -> BaseException:
        return cast(BaseException, RuntimeError)
