"""`dss-run plan -o` and `dss-run show`: a plan in a file is shown as it was planned."""

from __future__ import annotations

import json
import stat
import sys
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import pytest

from dss.launcher.piles import IN_MEMORY, Pile
from dss.planfile import PlanFile

if TYPE_CHECKING:
    from core.tests.launcher.conftest import Play

NAMES = ["\x1b[31mred", "a\r\nb", "\u202egnp.exe", "\ud800", 'O\'Neil "Zoë" 王😀']


def _after_the_title(text: str) -> str:
    return text.partition("\n\n")[2]


def _without_the_end(text: str) -> str:
    return text.rpartition("Nothing has been changed")[0]


def test_a_plan_in_a_file_is_shown_as_it_was_planned(play: Play) -> None:
    """Word by word, values, names and all."""
    play.put(
        "sis",
        {
            **play.held_by("sis")["students"],
            **{f"h{place}": {"name": name, "email": name} for place, name in enumerate(NAMES)},
        },
        _bad={"3": "two rows disagree about `email`"},
        _notes=["2 rows passed over"],
    )

    planned = play.run("plan")
    written = play.run("plan", "-o", "monday.plan")
    shown = play.run("show", "monday.plan")

    assert (planned.exit_code, written.exit_code, shown.exit_code) == (4, 4, 0)
    assert shown.stdout.startswith("monday.plan: made ")
    assert _after_the_title(shown.stdout) == planned.stdout
    assert "clubs {'chess'}" in shown.stdout


def test_held_changes_are_shown_from_a_file_too(exodus: Play) -> None:
    """With their fingerprints, and as short as is wanted."""
    planned = exodus.run("plan", "--limit", "3")
    exodus.run("plan", "-o", "monday.plan")

    shown = exodus.run("show", "monday.plan", "--limit", "3")

    assert _after_the_title(shown.stdout) == planned.stdout
    assert "  ... and 17 more" in shown.stdout


def test_a_plan_is_found_again_without_configuration_or_systems(play: Play) -> None:
    """Everything stands in the file."""
    play.run("plan", "-o", "monday.plan")
    for path in play.folder.iterdir():
        if path.name != "monday.plan":
            path.unlink() if path.is_file() else None
    sys.modules.pop("my_trees", None)

    shown = play.run("show", "monday.plan")

    assert shown.exit_code == 0
    assert "  ~ 2 (Ben Bird): email 'old@example.org' -> 'ben@example.org'" in shown.stdout


def test_writing_a_plan_tells_what_to_know_of_and_lists_no_changes(play: Play) -> None:
    """Counts, concerns, the path, and what comes next; names stand in the file."""
    result = play.run("plan", "-o", "monday.plan")

    assert result.exit_code == 2
    assert result.stdout.splitlines()[3].split() == ["students", "3", "3", "1", "1", "1", "1", "1"]
    assert "Ana Abel" not in result.stdout
    assert "5 changes to apply" in result.stdout
    assert "`dss-run apply monday.plan` carries them out" in result.stdout
    assert stat.S_IMODE((play.folder / "monday.plan").stat().st_mode) == 0o600


def test_a_plan_names_the_configuration_and_the_target(play: Play) -> None:
    """So that it can be refused where it does not belong."""
    play.run("plan", "-o", "monday.plan", "--only", "students")

    head = PlanFile(play.folder / "monday.plan").head

    assert head.config.keys() == {"dss", "trees.sis", "trees.shop", "sync[0]", "my_trees.py"}
    assert head.only == ("students",)
    assert (head.syncs[0].name, head.syncs[0].left, head.syncs[0].right_system) == ("sync[0]", "sis", "shop")
    assert [branch.name for branch in head.syncs[0].branches] == ["students"]


def test_no_secret_gets_into_a_plan(play: Play, monkeypatch: pytest.MonkeyPatch) -> None:
    """The configuration is in it as digests alone."""
    monkeypatch.setenv("SHOP_PASSWORD", "tops3cret")
    text = (play.folder / "dss.toml").read_text(encoding="utf-8")
    text = text.replace("[[sync]]", 'password = { env = "SHOP_PASSWORD" }\n[[sync]]')
    (play.folder / "dss.toml").write_text(text, encoding="utf-8")

    result = play.run("plan", "-o", "monday.plan")

    assert result.exit_code == 2
    assert "tops3cret" not in (play.folder / "monday.plan").read_text(encoding="ascii")


def test_a_sync_that_reads_what_an_earlier_one_changes_comes_later(chain: Play) -> None:
    """It is named, and not in the file."""
    result = chain.run("plan", "-o", "monday.plan")
    shown = chain.run("show", "monday.plan")

    found = PlanFile(chain.folder / "monday.plan").head
    sentence = (
        "sync[1] (shop -> till) is not in this file, since sync[0] changes `shop`, which it reads; plan it"
    )
    assert [sync.name for sync in found.syncs] == ["sync[0]"]
    assert found.later[0].startswith(sentence)
    assert sentence in result.stdout
    assert sentence in shown.stdout


def test_what_cannot_be_undone_is_named_before_it_is_done(play: Play) -> None:
    """By branch and kind, in a plan and in its file."""
    text = (play.folder / "my_trees.py").read_text(encoding="utf-8")
    text = text.replace("    def new(", "    @handler(undo=Undo.PARTLY)\n    def new(")
    text = text.replace("    def old_students(", "    @handler(undo=Undo.NOT)\n    def old_students(")
    text = text.replace("import DefaultTemplate", "import DefaultTemplate, Undo, handler")
    (play.folder / "my_trees.py").write_text(text, encoding="utf-8")

    planned = play.run("plan")
    written = play.run("plan", "-o", "monday.plan")
    shown = play.run("show", "monday.plan")
    found = json.loads(play.run("show", "monday.plan", "--json").stdout)["syncs"][0]

    for result in (planned, written, shown):
        assert "can be undone in part only: 1 new students\n" in result.stdout
        assert "cannot be undone: 1 old students\n" in result.stdout
    assert found["undo"] == {"partly": {"students": {"new": 1}}, "not": {"students": {"old": 1}}}
    assert [one["undo"] for one in found["changes"]] == ["partly", "wholly", "wholly", "wholly", "not"]


def test_a_name_that_a_property_makes_up_is_shown_from_a_file_too(play: Play) -> None:
    """The file has no models to ask."""
    text = (play.folder / "my_trees.py").read_text(encoding="utf-8")
    text += """

class Named(Student):
    @property
    def given_name(self):
        return "Dr " + self.idnumber


class Left(Left):
    def __init__(self, *given, **more):
        super().__init__(*given, **more)
        self.students.configure(klass=Named)
"""
    (play.folder / "my_trees.py").write_text(text, encoding="utf-8")
    people = {idnumber: {"email": "a@example.org"} for idnumber in ("1", "2")}
    play.put("sis", people)

    planned = play.run("plan")
    play.run("plan", "-o", "monday.plan")
    shown = play.run("show", "monday.plan")

    assert "  ~ 2 (Dr 2): email 'old@example.org' -> 'a@example.org'" in planned.stdout
    assert _after_the_title(shown.stdout) == _without_the_end(planned.stdout)


def test_what_is_left_alone_is_neither_a_change_nor_held(exodus: Play) -> None:
    """It is told in a line, and does not keep a run from being in step."""
    exodus.configure('[protected]\nidnumber = ["2?", "3?"]\n')

    planned = exodus.run("plan")
    exodus.run("plan", "-o", "monday.plan")
    shown = exodus.run("show", "monday.plan")

    assert planned.exit_code == 2
    assert planned.stdout.splitlines()[2].split() == ["sis", "shop", "update", "left", "alone"]
    assert planned.stdout.splitlines()[3].split() == ["students", "20", "40", "1", "20"]
    assert "\nleft alone\n  " in planned.stdout
    assert " old students " not in planned.stdout
    assert "held:" not in planned.stdout
    assert "\n1 change to apply\n" in planned.stdout
    assert _after_the_title(shown.stdout) == _without_the_end(planned.stdout)


def _syncs(text: str) -> Any:
    return json.loads(text)["syncs"]


def test_the_json_of_a_file_is_that_of_the_plan(exodus: Play) -> None:
    """Change by change; only what stands before the syncs differs."""
    planned = exodus.run("plan", "--json")
    exodus.run("plan", "-o", "monday.plan")
    shown = exodus.run("show", "monday.plan", "--json")

    found = json.loads(shown.stdout)
    assert found["syncs"] == _syncs(planned.stdout)
    assert found["version"] == 1
    assert found["file"] == "monday.plan"
    assert found["syncs"][0]["held"][0]["because"] == "budget"


def test_a_damaged_plan_is_not_shown(play: Play) -> None:
    """Not even in part."""
    play.run("plan", "-o", "monday.plan")
    file = play.folder / "monday.plan"
    file.write_bytes(file.read_bytes().replace(b"ben@", b"bad@"))

    result = play.run("show", "monday.plan")

    assert result.exit_code == 1
    assert result.stdout == ""
    assert "not as it was written" in result.stderr


def test_a_place_that_cannot_hold_a_plan_is_told_before_anything_is_read(play: Play) -> None:
    """Reading may take an hour."""
    result = play.run("plan", "-o", "no/monday.plan")

    assert result.exit_code == 1
    assert "there is no folder `no`" in result.stderr
    assert "reading" not in result.stderr


def test_a_value_that_cannot_be_written_is_told_with_its_field(play: Play) -> None:
    """And no file is left behind."""
    text = (play.folder / "my_trees.py").read_text(encoding="utf-8")
    text = text.replace(
        '                **({"clubs"',
        '                **({"email": object()})\n                **({"clubs"',
        1,
    )
    text = text.replace('**({"email": object()})\n', '**({"email": object()}),\n')
    (play.folder / "my_trees.py").write_text(text, encoding="utf-8")

    result = play.run("plan", "-o", "monday.plan")

    assert result.exit_code == 1
    assert "students.email holds a `object`" in result.stderr
    assert not [path.name for path in play.folder.iterdir() if "monday" in path.name]


def test_json_excludes_what_shortens_or_goes_elsewhere(play: Play) -> None:
    """One answer, on one stream."""
    assert play.run("plan", "--json", "-o", "monday.plan").exit_code == 1
    assert play.run("show", "monday.plan", "--json", "--limit", "1").exit_code == 1


@pytest.fixture(name="pile")
def _pile() -> Iterator[Pile]:
    pile = Pile()
    yield pile
    pile.close()


def test_a_high_pile_keeps_its_order(pile: Pile) -> None:
    """Most of it lies on disk."""
    lines = [f"{number} \ud800 王" for number in range(IN_MEMORY * 2 + 5)]

    for line in lines:
        pile.put(line)

    assert len(pile) == len(lines)
    assert list(pile) == lines


def test_a_full_pile_says_so() -> None:
    """Then nobody needs to make more lines for it."""
    pile = Pile(1)
    pile.put("a")

    assert pile.is_full
    assert Pile(0).is_full
    assert not Pile().is_full
