"""Whatever two days look like: apply, plan again, nothing is left; apply again, nothing changes."""

from __future__ import annotations

import shutil
import sqlite3
import tempfile
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from plugins.moodle_db.tests.conftest import School

from dss.apply import apply
from dss.plan import make_plan
from dss_moodle_db.branches import MoodleTree

people = st.frozensets(st.sampled_from(["1", "2", "3"]))
staff = st.frozensets(st.sampled_from(["T1", "T2"]))
classes = ("A.1", "A.2", "B.1")
seats = st.frozensets(
    st.tuples(
        st.sampled_from(classes),
        st.sampled_from(["1", "2", "3", "T1", "T2"]),
        st.sampled_from(["student", "teacher"]),
        st.booleans(),
    ),
    max_size=12,
)
days = st.fixed_dictionaries(
    {
        "students": people,
        "teachers": staff,
        "classes": st.frozensets(st.sampled_from(classes)),
        "elsewhere": st.frozensets(st.sampled_from(classes)),
        "seats": seats,
        "cohorts": st.dictionaries(st.sampled_from(["k", "l"]), people),
        "family": st.sampled_from(["Berg", "Dahl"]),
    }
)


def school_of(day: dict[str, Any]) -> School:
    """The school on that day; only what refers to something that is there."""
    school = School()
    for number in day["students"]:
        school.person("students", number, family_name=day["family"])
    for number in day["teachers"]:
        school.person("teachers", number)
    known = day["students"] | day["teachers"]
    courses = {class_: "C" if class_ in day["elsewhere"] else class_[0] for class_ in day["classes"]}
    for course in sorted(set(courses.values())):
        school.course(course, *sorted(class_ for class_ in courses if courses[class_] == course))
    seen = set()
    for class_, person, role, enabled in sorted(day["seats"]):
        if class_ in day["classes"] and person in known and (class_, person, role) not in seen:
            seen.add((class_, person, role))
            school.enrol(class_, person, role, enabled)
    for name, members in day["cohorts"].items():
        school.cohorts.make(name, name=name.upper(), members=members & day["students"])
    return school


def dump(path: Path) -> list[str]:
    """Everything in the database, as statements."""
    connection = sqlite3.connect(path)
    try:
        return list(connection.iterdump())
    finally:
        connection.close()


@settings(max_examples=12, deadline=None)
@given(st.lists(days, min_size=2, max_size=3))
def test_nothing_is_left_after_any_day(empty_site: Path, week: list[dict[str, Any]]) -> None:
    """People, classes, places in them and cohorts come, go, and come back."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "moodle.db"
        shutil.copyfile(empty_site, path)
        moodle = MoodleTree(url=f"sqlite:///{path}", category="Category 1")
        for day in week:
            school = school_of(day)
            +moodle
            report = apply(moodle, make_plan(school, moodle).actions)
            after = dump(path)

            +moodle
            again = make_plan(school, moodle)
            apply(moodle, again.actions)

            assert [result.reason for result in report.undone] == []
            assert [action.message for action in again.errors] == []
            assert [action.message for action in list(again.actions)] == []
            assert dump(path) == after
        moodle.close()
