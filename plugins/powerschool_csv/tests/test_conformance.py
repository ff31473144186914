"""The connector does all that it declares: the suite of `dss.testing`, on an export that is written cell by cell."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import pytest

from dss.errors import ReadError
from dss.keys import key
from dss.store import State
from dss.testing import SourceSuite, System, Wire

if TYPE_CHECKING:
    from dss.testing.rig import Rig

NUMBERS = {"students": 10_000, "teachers": 50_000, "classes": 30_000}
"""Where the sample numbers of each branch begin, for those that PowerSchool numbers."""
FEW = 10
"""As many records are referred to."""


class WrittenExport(System):
    """An export as AutoSend writes it, made of records; an empty one has rows too, of people who are not active."""

    def __init__(self, export: Any) -> None:
        self.export = export
        self.records: dict[str, dict[str, dict[str, Any]]] = {}
        self.serials: dict[tuple[str, str], str] = {}
        export.set("students", columns=[*export.options["students"]["columns"], "Guardian"])
        export.options["guardians"] = {"names": ["Guardian"]}
        self.write()

    def options(self) -> Mapping[str, Any]:
        """The table `[trees.NAME]` for it."""
        return {"folder": str(self.export.folder), **self.export.options}

    def seed(self, branch: str, records: Sequence[Mapping[str, Any]]) -> None:
        """Put records there, or give those that are there already these values."""
        mine = self.records.setdefault(branch, {})
        for record in records:
            mine.setdefault(record["idnumber"], {}).update(record)
        self.write()

    def read_back(self, branch: str) -> Iterable[Mapping[str, Any]]:
        """What was put there."""
        return list(self.of(branch).values())

    def dump(self) -> Any:
        """All files, with the times of their last change."""
        files = sorted(self.export.folder.iterdir())
        return [(path.name, path.read_bytes(), path.stat().st_mtime_ns) for path in files]

    def remove(self, branch: str, idnumbers: Sequence[str]) -> None:
        """Take records away."""
        for one in idnumbers:
            del self.records[branch][one]
        self.write()

    def empty(self, branch: str) -> None:
        """Leave a branch's file without a row."""
        self.export.put(self.export.options[branch]["files"], "")

    # -- files -----------------------------------------------------------------------------------------------------

    def of(self, branch: str) -> dict[str, dict[str, Any]]:
        """The records of a branch."""
        return self.records.get(branch, {})

    def id(self, branch: str, idnumber: str) -> str:
        """PowerSchool's internal ID of a person."""
        return self.serials.setdefault((branch, idnumber), str(1 + len(self.serials)))

    def write(self) -> None:
        """Write all files anew."""
        for branch, rows in (
            ("students", self.students()),
            ("teachers", self.teachers()),
            ("courses", self.courses()),
            ("classes", self.classes()),
            ("enrollments", self.seats()),
        ):
            self.export.rows[branch] = [[cell or "" for cell in row] for row in rows]
            self.export.put(self.export.options[branch]["files"], self.export.text(branch))

    def students(self) -> Iterable[list[Any]]:
        """Students; one who has left, and one for each guardian who is no seeded student's."""
        yield ["1", "90000", "Who", "Left", "2", "8", "", "", "", "", ""]
        lonely = dict(self.of("guardians"))
        for number, one in self.of("students").items():
            guardians = sorted(one.get("guardians") or ())
            for guardian in guardians:
                lonely.pop(guardian, None)
            yield [
                self.id("students", number),
                number,
                one.get("given_name"),
                one.get("family_name"),
                "0",
                one.get("grade"),
                one.get("homeroom"),
                one.get("email"),
                ",".join(guardians),
                one.get("username"),
                self.name(guardians[0]) if len(guardians) == 1 else "",
            ]
        for place, guardian in enumerate(lonely):
            number = str(90_001 + place)
            own, name = self.id("students", number), self.name(guardian)
            yield [own, number, "A", "Child", "0", "1", "", "", guardian, "", name]

    def name(self, guardian: str) -> str:
        """A guardian's name, as the office types it into one cell."""
        one = self.of("guardians").get(guardian, {})
        return f"{one.get('family_name', '')}, {one.get('given_name', '')}" if one else ""

    def teachers(self) -> Iterable[list[Any]]:
        """Teachers, and one who has left."""
        yield ["0", "99999", "Who", "Left", "", "2", ""]
        for number, one in self.of("teachers").items():
            texts = one.get("given_name"), one.get("family_name"), one.get("email")
            yield [self.id("teachers", number), number, *texts, "1", one.get("username")]

    def courses(self) -> Iterable[list[Any]]:
        """Courses, and one without number, which is none."""
        yield ["", "Nothing", ""]
        for number, one in self.of("courses").items():
            yield [number, one.get("name"), one.get("category")]

    def classes(self) -> Iterable[list[Any]]:
        """Sections; one at least."""
        for number, one in (self.of("classes") or {"99999": {}}).items():
            course = one.get("course") or ""
            teacher = next(iter(one.get("teachers") or ()), None)
            taught = self.id("teachers", teacher) if teacher else "0"
            yield [number, course, (one.get("name") or "").removeprefix(f"{course}."), taught]

    def seats(self) -> Iterable[list[Any]]:
        """CC: a dropped seat, and those of students; teachers stand in the sections."""
        yield ["1", "1", "-1", "3600", "08/24/2026", "06/19/2027"]
        for place, one in enumerate(self.of("enrollments").values(), 2):
            if one["role"] == "student":
                own = self.id("students", one["person"])
                yield [str(place), own, one["class_"], "3600", "08/24/2026", "06/19/2027"]


class TestPowerSchool(SourceSuite):
    """What the kit asks of a system that is only read."""

    connector = "powerschool_csv"
    plain = {  # noqa: RUF012  as the kit declares it
        "students": ("grade",),  # a whole number
        "guardians": ("family_name",),  # ends at the first comma of one cell, `Last, First`
        "classes": ("name",),  # is Course_Number and Section_Number
    }
    unstorable = {  # noqa: RUF012
        "separators": "a tab stands between two cells",
        "lines": "a line end stands between two rows",
        "nul": "a file with a zero byte is no text, and is refused as a whole",
    }

    @pytest.fixture
    def system(self, export: Any, monkeypatch: pytest.MonkeyPatch) -> WrittenExport:
        """An export of nobody; files are read in small blocks, so that there is a middle in which reading may break."""
        monkeypatch.setattr("dss_powerschool_csv.texts.BLOCK", 128)
        return WrittenExport(export)

    def tap(self, client: Any, wire: Wire) -> None:
        """A call is the opening of a file, and an item a block of its rows."""
        opened = client.open

        def watched(*arguments: Any, **more: Any) -> Any:
            call = wire.before("open", arguments, writes=False)
            file = opened(*arguments, **more)
            blocks = file.blocks
            file.blocks = lambda: wire.items(blocks())
            wire.after(call)
            return file

        client.open = watched
        wire.is_tapped = True

    @pytest.mark.dss_basic
    def test_an_empty_system_has_no_records(self, rig: Rig, branch: str) -> None:
        """An empty file is an error, never an empty branch; of sections no row can be told from a class."""
        if branch != "classes":
            super().test_an_empty_system_has_no_records(rig, branch)
            return
        rig.system.empty("classes")  # type: ignore[attr-defined]
        tree = rig.tree()
        with pytest.raises(ReadError, match="it is empty"):
            tree.read(["classes"])
        assert tree.classes.state() is not State.COMPLETE

    # -- samples ---------------------------------------------------------------------------------------------------

    def idnumber(self, branch: str, number: int) -> str:
        """Numbers are digits; a guardian's is the address."""
        if branch == "guardians":
            return f"parent{number}@home.example"
        return str(NUMBERS[branch] + number) if branch in NUMBERS else f"C{number}"

    def record(self, branch: str, number: int) -> dict[str, Any]:
        """Every second enrollment is that of a teacher, since a class's teacher is enrolled in it."""
        if branch == "enrollments":
            return self.enrollment(number)
        values = super().record(branch, number)
        if branch == "students":
            values["grade"] = str(1 + number % 12)
        elif branch == "guardians":
            del values["username"]
            values["email"] = values["idnumber"]
        elif branch == "classes":
            values["name"] = f"{values['course']}.{number}"
            values["teachers"] = frozenset([self.idnumber("teachers", number)] if number % 2 == 0 else [])
        return values

    def enrollment(self, number: int) -> dict[str, Any]:
        """A student, or the one teacher of a class."""
        role, branch = ("student", "students") if number % 2 else ("teacher", "teachers")
        values = {
            "class_": self.idnumber("classes", number),
            "person": self.idnumber(branch, number),
            "role": role,
        }
        return {"idnumber": key(*values.values()), **values, "enabled": True}

    def reference(self, targets: Sequence[str], number: int) -> str:
        """Records refer to few others, or finding those of thousands would take longer than reading them."""
        return super().reference(targets, (number - 1) % FEW + 1)

    def as_read(self, branch: str, attribute: str, value: Any) -> Any:
        """Cells are read in NFC, without outer blanks, and with a blank for control characters."""
        if not isinstance(value, str):
            return value
        return re.sub("[\x00-\x1f\x7f-\x9f]+", " ", unicodedata.normalize("NFC", value)).strip()

    def can_be_key(self, branch: str, key: str) -> bool:
        """Students and classes have numbers, and guardians addresses."""
        return branch in ("teachers", "courses")
