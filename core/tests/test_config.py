"""The configuration: what is understood, and what is said of what is wrong."""

from pathlib import Path

import pytest

from dss.config import Sided, load_config
from dss.errors import ConfigError
from dss.policies import Budget

TREES = """
[trees.sis]
connector = "powerschool_csv"
folder = "exports"

[trees.moodle]
tree = "my_school/Moodle"
plugins = ["extra"]
"""
SYNC = """
[[sync]]
left = "sis"
right = "moodle"
"""


def _written(tmp_path: Path, text: str) -> Path:
    path = tmp_path / "dss.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_everything_is_understood(tmp_path: Path) -> None:
    """Trees with their own options, syncs with their branches, budgets by branch and by attribute."""
    path = _written(
        tmp_path,
        'state = "memory"'
        + TREES
        + SYNC
        + """branches = ["students", "cohorts"]
same_person = "my_school/same"
[sync.students]
model.left = "my_school/Student"
flow = { email = "keep" }
filter.right = "my_school/is_ours"
attributes = ["email"]
idnumber = "S{idnumber}"
allow_empty = true
[sync.cohorts]
derive.left = "my_school/cohorts"
[budgets.students]
count = 3
share = 0.1
[budgets.cohorts.members]
share = 0
""",
    )

    config = load_config(path)

    assert (config.state, config.folder) == (tmp_path / "memory", tmp_path)
    assert (config.trees["sis"].connector, config.trees["sis"].options) == (
        "powerschool_csv",
        {"folder": "exports"},
    )
    assert (config.trees["moodle"].tree, config.trees["moodle"].plugins) == ("my_school/Moodle", ("extra",))
    (sync,) = config.syncs
    assert (sync.left, sync.right, sync.branches) == ("sis", "moodle", ("students", "cohorts"))
    assert sync.same_person == "my_school/same"
    students = sync.of["students"]
    assert (students.model, students.filter) == (Sided("my_school/Student"), Sided(None, "my_school/is_ours"))
    assert (students.flow, students.attributes, students.idnumber) == (
        {"email": "keep"},
        ("email",),
        "S{idnumber}",
    )
    assert students.allow_empty is True
    assert sync.of["cohorts"].derive == Sided("my_school/cohorts")
    assert config.policies.budgets == {"students": Budget(3, 0.1), "cohorts.members": Budget(10, 0.0)}


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("staet = 1" + TREES + SYNC, "`staet` is an unknown key; known are: state, trees, sync, budgets"),
        ("state = 1" + TREES + SYNC, "`state` is 1; wanted a text"),
        (SYNC, "`trees` is missing; wanted a table [trees.NAME] for each system"),
        ("trees = 1", "`trees` is 1; wanted a table"),
        ("[trees]\nsis = 1", "`trees.sis` is 1; wanted a table"),
        ("[trees.sis]\nconnector = 1", "`trees.sis.connector` is 1; wanted a text"),
        (
            "[trees.sis]\nfolder = 'x'",
            "`trees.sis` has neither `connector` nor `tree`; wanted one of the two",
        ),
        (
            "[trees.sis]\nconnector = 'a'\ntree = 'b/C'",
            "`trees.sis` has both `connector` and `tree`; wanted one",
        ),
        ("[trees.sis]\nconnector = 'a'\nplugins = 'b'", "`trees.sis.plugins` is 'b'; wanted a list"),
        (TREES, "`sync` is missing or no list; wanted one [[sync]] (two brackets) for each pair of trees"),
        (TREES + "[sync]\nleft = 'sis'", "`sync` is missing or no list; wanted one [[sync]] (two brackets)"),
        (TREES + "[[sync]]\nleft = 'sis'", "`sync[0]` lacks the key `right`"),
        (
            TREES + "[[sync]]\nleft = 'sis'\nright = 'mooodle'",
            "`sync[0].right` is 'mooodle'; wanted the name of a tree: sis,",
        ),
        (
            TREES + "[[sync]]\nleft = 'sis'\nright = 'sis'",
            "`sync[0].right` is 'sis', as `left` is; wanted two",
        ),
        (TREES + SYNC + SYNC + "branches = 'x'", "`sync[1].branches` is 'x'; wanted a list"),
        (TREES + SYNC + "branches = ['a', 1]", "`sync[0].branches[1]` is 1; wanted a text"),
        (
            TREES + SYNC + "branches = ['a', 'b', 'a']",
            "`sync[0].branches` names 'a' twice; wanted each branch once",
        ),
        (
            TREES + SYNC + "brnaches = ['a']",
            "`sync[0].brnaches` is ['a']; there is no such key, known are left, right,",
        ),
        (
            TREES + SYNC + "same_person = 1",
            "`sync[0].same_person` is 1; wanted true, false or 'module/function'",
        ),
        (
            TREES + SYNC + "branches = ['a']\n[sync.b]\nallow_empty = true",
            "`sync[0].b` is neither a key (left, right, branches, same_person) nor one of its `branches` (a)",
        ),
        (
            TREES + SYNC + "[sync.a]\nmodle = 1",
            "`sync[0].a` has the unknown key `modle`; known are: allow_empty, ",
        ),
        (TREES + SYNC + "[sync.a]\nmodel = 'x'", "`sync[0].a.model` is 'x'; wanted a table"),
        (
            TREES + SYNC + "[sync.a]\nmodel.lefft = 'x'",
            "`sync[0].a.model` has the unknown key `lefft`; known are: left, right",
        ),
        (TREES + SYNC + "[sync.a]\nfilter.left = 1", "`sync[0].a.filter.left` is 1; wanted a text"),
        (
            TREES + SYNC + "[sync.a]\nallow_empty = 'yes'",
            "`sync[0].a.allow_empty` is 'yes'; wanted true or false",
        ),
        (TREES + SYNC + "[sync.a]\nattributes = 'x'", "`sync[0].a.attributes` is 'x'; wanted a list"),
        (
            TREES + SYNC + "[sync.a]\nflow = { email = 'kepe' }",
            "`sync[0].a.flow.email` is 'kepe'; wanted one of authoritative, create_only, keep, add_only, ignore",
        ),
        (
            TREES + SYNC + "[budgets]\nstudents = 3",
            "`budgets.students` is 3; wanted a table with `count` and `share`",
        ),
        (
            TREES + SYNC + "[budgets.students]\ncuont = 3",
            "`budgets.students` has the unknown key `cuont`; known are: count, per_parent, share",
        ),
        (
            TREES + SYNC + "[budgets.students]\ncount = '3'",
            "`budgets.students.count` is '3'; wanted a whole number",
        ),
        (TREES + SYNC + "[budgets.students]\ncount = -1", "`budgets.students.count` is -1; wanted 0 or more"),
        (
            TREES + SYNC + "[budgets.students]\nshare = 5",
            "`budgets.students.share` is 5.0; wanted a part of one",
        ),
        (
            TREES + SYNC + "[budgets.cohorts.members]\nshare = 5",
            "`budgets.cohorts.members.share` is 5.0; wanted a part",
        ),
        ("trees = [", "is not valid TOML: "),
    ],
)
def test_an_error_names_file_key_value_and_what_is_wanted(tmp_path: Path, text: str, message: str) -> None:
    """Whatever is wrong can be found and mended from the message alone."""
    path = _written(tmp_path, text)

    with pytest.raises(ConfigError) as caught:
        load_config(path)

    assert str(caught.value).startswith(f"{path}: {message}")


def test_every_line_names_the_file(tmp_path: Path) -> None:
    """Several things wrong at once are several lines, each complete."""
    path = _written(tmp_path, TREES + SYNC + "[sync.a]\nallow_empty = 1\nattributes = [1]")

    with pytest.raises(ConfigError) as caught:
        load_config(path)

    lines = str(caught.value).splitlines()
    assert len(lines) == 2
    assert all(line.startswith(f"{path}: `sync[0].a.") for line in lines)


def test_a_byte_order_mark_is_passed_over(tmp_path: Path) -> None:
    """Some editors put one before what they save as UTF-8."""
    path = tmp_path / "marked.toml"
    path.write_text(TREES + SYNC, encoding="utf-8-sig")

    assert load_config(path).trees


def test_a_file_that_is_not_there_or_cannot_be_read(tmp_path: Path) -> None:
    """What to do next is said."""
    latin = tmp_path / "latin.toml"
    latin.write_bytes("state = 'é'".encode("latin-1"))

    with pytest.raises(
        ConfigError, match=r"there is no configuration .*none.toml`; name one .* `dss-run init`"
    ):
        load_config(tmp_path / "none.toml")
    with pytest.raises(ConfigError, match=r"latin.toml: is not in UTF-8 \(byte 9\)"):
        load_config(latin)
    with pytest.raises(ConfigError, match="cannot be read"):
        load_config(tmp_path)
