"""People become accounts that can log in, and are let go without being deleted."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

import pytest

from dss.actions import Kind, Outcome

if TYPE_CHECKING:
    from plugins.moodle_db.tests.conftest import Planned, School, Site, Synced

    from dss_moodle_db.branches import MoodleTree


def test_a_new_account_can_log_in(school: School, site: Site, moodle: MoodleTree, sync: Synced) -> None:
    """What the columns' defaults would spoil is set: the host, the confirmation, the times."""
    school.person("students", "100")

    sync(school, moodle)

    user = site.user("100")
    assert (user["mnethostid"], user["confirmed"], user["deleted"], user["suspended"]) == (1, 1, 0, 0)
    assert (user["auth"], user["password"]) == ("manual", "not cached")
    assert user["timecreated"] == user["timemodified"] > 1_600_000_000
    assert (user["firstname"], user["lastname"]) == ("Given 100", "Family 100")


def test_the_sites_own_settings_reach_a_new_account(
    school: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """As when Moodle itself makes an account."""
    for name, value in {"mnet_localhost_id": "7", "country": "NO", "lang": "nb"}.items():
        site.change("DELETE FROM mdl_config WHERE name = ?", name)
        site.add("config", name=name, value=value)
    site.add("config", name="defaultpreference_maildisplay_", value="9")
    site.change("UPDATE mdl_config SET value = '0' WHERE name = 'defaultpreference_maildisplay'")
    school.person("students", "100")

    sync(school, moodle)

    user = site.user("100")
    assert (user["mnethostid"], user["country"], user["lang"]) == (7, "NO", "nb")
    assert (user["maildisplay"], user["city"]) == (0, "")


def test_a_new_account_has_its_context(school: School, site: Site, moodle: MoodleTree, sync: Synced) -> None:
    """Below the system's, with a path that ends with its own id."""
    school.person("students", "100")

    sync(school, moodle)

    context = site.row(
        "SELECT * FROM mdl_context WHERE contextlevel = 30 AND instanceid = ?", site.user("100")["id"]
    )
    assert (context["path"], context["depth"], context["locked"]) == (f"/1/{context['id']}", 2, 0)


def test_a_branch_is_the_members_of_its_cohort(
    school: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """Whoever is in the cohort is ours; it is made by the first run, in the system context."""
    school.person("students", "100")
    school.person("teachers", "T1")

    sync(school, moodle)

    cohort = site.row("SELECT * FROM mdl_cohort WHERE idnumber = 'dss-students'")
    assert (cohort["contextid"], cohort["component"]) == (1, "")
    assert (site.members("dss-students"), site.members("dss-teachers")) == ({"100"}, {"T1"})


def test_an_upper_case_username_is_stored_in_lower_case(
    school: School, site: Site, moodle: MoodleTree, plan: Planned, sync: Synced
) -> None:
    """Moodle lower-cases what is typed at login; and the difference in case is none afterwards."""
    school.person("students", "100", username="JSmith.24")

    sync(school, moodle)

    assert site.user("100")["username"] == "jsmith.24"
    assert plan(school, moodle).actions == []


def test_an_upper_case_username_in_moodle_is_put_right(
    school: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """On PostgreSQL nobody could log in with it."""
    school.person("students", "100", username="jsmith")
    sync(school, moodle)
    site.change("UPDATE mdl_user SET username = 'JSmith' WHERE idnumber = '100'")

    sync(school, moodle)

    assert site.user("100")["username"] == "jsmith"


@pytest.mark.parametrize(
    ("values", "reason"),
    [
        ({"username": "anna müller"}, "has ' ' 'ü'; Moodle takes a-z, 0-9 and - . @ _"),
        ({"username": None}, "no username"),
        ({"username": "a" * 101}, "`username` has 101 characters"),
        ({"given_name": "x" * 101}, "`firstname` has 101 characters"),
        ({"email": "x" * 90 + "@school.example"}, "Moodle takes 100"),
        ({"given_name": "half \ud800"}, "surrogate"),
        ({"username": 101}, "username is 101; wanted a text"),
        ({"given_name": 7}, "`firstname` is 7; wanted a text"),
    ],
)
def test_what_moodle_does_not_take_is_refused_alone(
    school: School,
    site: Site,
    moodle: MoodleTree,
    plan: Planned,
    sync: Synced,
    values: dict[str, Any],
    reason: str,
) -> None:
    """The plan says why; the other records go in."""
    school.person("students", "100")
    school.person("students", "101", **values)
    school.person("students", "102")

    errors = plan(school, moodle).errors
    report = sync(school, moodle)

    assert [error.idnumber for error in errors] == ["101"]
    assert reason in errors[0].message
    assert report.undone == []
    assert site.members("dss-students") == {"100", "102"}


def test_any_username_goes_where_the_site_allows_it(
    school: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """`extendedusernamechars` is Moodle's own setting for that."""
    site.add("config", name="extendedusernamechars", value="1")
    school.person("students", "100", username="Åse Müller")

    sync(school, moodle)

    assert site.user("100")["username"] == "åse müller"


@pytest.mark.parametrize(
    "name",
    [
        "O'Brien",
        'Robert"); DROP TABLE mdl_user;--',
        "Ólafur Þór",
        "Νίκος",
        "李小龍",
        "مريم",
        "👩‍🏫",
        "%_\\",
        ":x ?",
    ],
)
def test_any_name_comes_through(
    school: School, site: Site, moodle: MoodleTree, sync: Synced, name: str
) -> None:
    """Names are data, never part of a statement."""
    school.person("students", "100", given_name=name, family_name=name)

    sync(school, moodle)

    assert (site.user("100")["firstname"], site.user("100")["lastname"]) == (name, name)


def test_a_username_taken_meanwhile_fails_alone_and_names_the_holder(
    school: School, site: Site, moodle: MoodleTree, plan: Planned
) -> None:
    """Somebody made an account by hand between plan and apply; the name stands in quotes, so that logs leave it out."""
    for number in range(20):
        school.person("students", str(100 + number))
    actions = plan(school, moodle).actions
    site.account("user107", firstname="Ann", lastname="Other")

    with moodle.batch():
        results = list(moodle.template.handle(actions))

    failed = [result for result in results if result.outcome is Outcome.FAILED]
    assert [result.action.idnumber for result in failed if result.action] == ["107"]
    assert "held by account 3 ('Ann Other')" in failed[0].reason
    assert len(site.members("dss-students")) == 19


def test_an_idnumber_taken_meanwhile_fails_though_no_index_forbids_it(
    school: School, site: Site, moodle: MoodleTree, plan: Planned
) -> None:
    """Two accounts with one ID number would be read as one person."""
    school.person("students", "100")
    actions = plan(school, moodle).actions
    number = site.account("somebody", idnumber="100")

    with moodle.batch():
        (result,) = moodle.template.handle(actions)

    assert result.outcome is Outcome.FAILED
    assert f"held by account {number}" in result.reason


def test_values_are_updated(school: School, site: Site, moodle: MoodleTree, sync: Synced) -> None:
    """Only what differs is written; passwords and the way to log in stay."""
    student = school.person("students", "100")
    sync(school, moodle)
    site.change("UPDATE mdl_user SET auth = 'ldap', password = 'x', timemodified = 5 WHERE idnumber = '100'")
    student.family_name, student.email = "Married", "new@school.example"

    sync(school, moodle)

    user = site.user("100")
    assert (user["lastname"], user["email"], user["auth"]) == ("Married", "new@school.example", "ldap")
    assert user["timemodified"] > 5


def test_usernames_can_be_exchanged(school: School, site: Site, moodle: MoodleTree, sync: Synced) -> None:
    """Three people in a circle: the index is never broken on the way."""
    people = [school.person("students", str(number)) for number in (1, 2, 3)]
    sync(school, moodle)
    names = [person.username for person in people]
    for person, name in zip(people, [*names[1:], names[0]], strict=True):
        person.username = name

    report = sync(school, moodle)

    assert report.undone == []
    assert [site.user(str(number))["username"] for number in (1, 2, 3)] == ["user2", "user3", "user1"]


def test_a_spare_username_is_legal(moodle: MoodleTree) -> None:
    """Whatever the idnumber is; and no two people get one."""
    first = moodle.spare_value("students", "username", "Ünïcode|\\ 1")
    second = moodle.spare_value("teachers", "username", "Ünïcode|\\ 1")

    assert first is not None
    assert first.isascii()
    assert first == first.lower() != second
    assert moodle.spare_value("students", "email", "1") is None


def test_who_leaves_is_suspended_and_logged_out(
    school: School, site: Site, moodle: MoodleTree, sync: Synced, plan: Planned
) -> None:
    """The account stays, in the scope too; nothing is deleted, and nothing is left to do."""
    school.person("students", "100")
    school.person("students", "101")
    sync(school, moodle)
    number = site.user("100")["id"]
    site.add("sessions", sid="a", userid=number, timecreated=1, timemodified=1)
    site.add("sessions", sid="b", userid=site.user("101")["id"], timecreated=1, timemodified=1)
    school.students.forget("100")

    sync(school, moodle)

    assert site.user("100")["suspended"] == 1
    assert site.members("dss-students") == {"100", "101"}
    assert [row["sid"] for row in site.rows("SELECT sid FROM mdl_sessions")] == ["b"]
    assert plan(school, moodle).actions == []


def test_who_comes_back_is_revived(school: School, site: Site, moodle: MoodleTree, sync: Synced) -> None:
    """With the very same account."""
    student = school.person("students", "100")
    sync(school, moodle)
    number = site.user("100")["id"]
    school.students.forget("100")
    sync(school, moodle)
    school.students.bring_up_to_date("100", student)

    sync(school, moodle)

    assert (site.user("100")["id"], site.user("100")["suspended"]) == (number, 0)


def test_a_hand_made_account_with_a_witness_is_adopted(
    school: School, site: Site, moodle: MoodleTree, sync: Synced
) -> None:
    """It keeps its password and gets what the school says."""
    number = site.account(
        "old.name", idnumber="100", email="100@school.example", password="$6$x", suspended=1
    )
    school.person("students", "100")

    sync(school, moodle)

    user = site.user("100")
    assert (user["id"], user["username"], user["password"]) == (number, "user100", "$6$x")
    assert (user["suspended"], user["firstname"]) == (0, "Given 100")
    assert site.members("dss-students") == {"100"}
    assert site.value("SELECT path FROM mdl_context WHERE contextlevel = 30 AND instanceid = ?", number)


def test_an_adopted_account_keeps_what_only_new_ones_get(
    make_school: Callable[[], School], site: Site, sync: Synced
) -> None:
    """`create_only` and `keep` hold for accounts that were there before."""
    site.account("old.name", idnumber="100", email="100@school.example", firstname="Annie")
    school, moodle = make_school(), site.tree()
    moodle.students.configure(flow={"username": "create_only", "given_name": "keep", "family_name": "keep"})
    school.person("students", "100")

    sync(school, moodle)

    user = site.user("100")
    assert (user["username"], user["firstname"], user["lastname"]) == ("old.name", "Annie", "Family 100")


def test_a_hit_without_a_witness_is_never_taken(
    school: School, site: Site, moodle: MoodleTree, plan: Planned
) -> None:
    """An ID number alone may be somebody else's."""
    site.account("stranger", idnumber="100", email="else@school.example")
    school.person("students", "100")

    planned = plan(school, moodle)

    assert planned.actions == []
    assert "confirms" in planned.errors[0].message


@pytest.mark.parametrize(("number", "what"), [(1, "the guest account"), (2, "a site administrator")])
def test_guest_and_administrators_are_never_taken(
    school: School, site: Site, moodle: MoodleTree, plan: Planned, number: int, what: str
) -> None:
    """Not even with every witness; the error says what the account is."""
    site.change("UPDATE mdl_user SET idnumber = '100', email = '100@school.example' WHERE id = ?", number)
    school.person("students", "100")

    planned = plan(school, moodle)

    assert planned.actions == []
    assert what in planned.errors[0].message


def test_an_administrator_in_the_scope_is_left_alone(
    school: School, site: Site, moodle: MoodleTree, sync: Synced, plan: Planned
) -> None:
    """Neither suspended when the school does not know him, nor changed when it does."""
    school.person("teachers", "T1")
    sync(school, moodle)
    site.change("UPDATE mdl_user SET idnumber = 'T2' WHERE id = 2")
    site.join("dss-teachers", 2)

    planned = plan(school, moodle)

    assert [(action.kind, action.idnumber) for action in planned.errors] == [(Kind.ERROR, "T2")]
    assert planned.actions == []
    assert "site administrator" in planned.errors[0].message


def test_a_deleted_account_is_nobody(
    school: School, site: Site, moodle: MoodleTree, sync: Synced, plan: Planned
) -> None:
    """Though it may be in the cohort still, and hold the username."""
    school.person("students", "100")
    sync(school, moodle)
    site.change("UPDATE mdl_user SET deleted = 1 WHERE idnumber = '100'")

    planned = plan(school, moodle)

    assert planned.actions == []
    assert "a deleted account" in planned.errors[0].message


def test_members_without_an_idnumber_are_named_and_left_alone(
    school: School, site: Site, moodle: MoodleTree, sync: Synced, plan: Planned
) -> None:
    """Somebody put them into our cohort by hand."""
    school.person("students", "100")
    sync(school, moodle)
    site.join("dss-students", site.account("stray"))

    planned = plan(school, moodle)

    assert planned.actions == planned.errors == []
    assert any(
        "without an ID number, and so left alone: 1 account in cohort `dss-students`" in note
        for note in planned.notes
    )


def test_two_accounts_with_one_idnumber_freeze_the_person(
    school: School, site: Site, moodle: MoodleTree, sync: Synced, plan: Planned
) -> None:
    """Which of the two is right cannot be told."""
    school.person("students", "100")
    sync(school, moodle)
    site.join("dss-students", site.account("twin", idnumber="100"))
    school.students.forget("100")

    planned = plan(school, moodle)

    assert planned.actions == []
    assert "two records" in planned.errors[0].message


def test_accounts_of_other_hosts_are_not_ours(
    school: School, site: Site, moodle: MoodleTree, plan: Planned
) -> None:
    """People of a networked Moodle have another host's id, and may have our usernames."""
    site.account("user100", mnethostid=3)
    school.person("students", "100")

    planned = plan(school, moodle)

    assert [action.kind for action in planned.actions] == [Kind.NEW]
    assert planned.errors == []


def test_a_held_username_is_reported_with_its_holder(
    school: School, site: Site, moodle: MoodleTree, plan: Planned
) -> None:
    """Before anything is written."""
    number = site.account("user100", firstname="Ann", lastname="Other")
    school.person("students", "100", username="User100")

    planned = plan(school, moodle)

    assert planned.actions == []
    assert f"record {number}" in planned.errors[0].message


def test_attributes_without_a_place_can_be_given_one(
    make_school: Callable[[], School], site: Site, sync: Synced, plan: Planned
) -> None:
    """A column of the account, or a custom profile field."""
    field = site.add("user_info_field", shortname="grade", name="Grade", datatype="text")
    moodle, school = site.tree(fields={"homeroom": "department", "grade": "profile:grade"}), make_school()
    student = school.person("students", "100", grade="7", homeroom="7B")
    school.person("students", "101", grade="8")
    sync(school, moodle)
    student.grade, student.homeroom = "8", "8A"

    sync(school, moodle)

    number = site.user("100")["id"]
    assert site.user("100")["department"] == "8A"
    assert site.rows("SELECT fieldid, data, dataformat FROM mdl_user_info_data WHERE userid = ?", number) == [
        {"fieldid": field, "data": "8", "dataformat": 0}
    ]
    assert plan(school, moodle).actions == []


def test_a_menu_takes_its_choices_only(
    make_school: Callable[[], School], site: Site, plan: Planned, sync: Synced
) -> None:
    """Moodle would show anything else as not set."""
    site.add("user_info_field", shortname="grade", name="Grade", datatype="menu", param1="7\n8\n9")
    moodle, school = site.tree(fields={"grade": "profile:grade"}), make_school()
    school.person("students", "100", grade="8")
    school.person("students", "101", grade="13")

    errors = plan(school, moodle).errors
    sync(school, moodle)

    assert "none of the choices" in errors[0].message
    assert site.members("dss-students") == {"100"}


def test_a_checkbox_is_ticked_or_not(
    make_school: Callable[[], School], site: Site, plan: Planned, sync: Synced
) -> None:
    """By `1` and `0`, as Moodle keeps it; without a row, it is what the field has for everybody."""
    field = site.add("user_info_field", shortname="photo", name="Photo", datatype="checkbox", defaultdata="1")
    moodle, school = site.tree(fields={"grade": "profile:photo"}), make_school()
    for idnumber, ticked in (("100", "0"), ("101", "yes")):
        school.person("students", idnumber, grade=ticked)
    silent = school.person("students", "102", grade=None)

    errors = plan(school, moodle).errors
    sync(school, moodle)
    silent.grade = "1"

    assert "none of the choices" in errors[0].message
    assert site.rows("SELECT fieldid, data, dataformat FROM mdl_user_info_data") == [
        {"fieldid": field, "data": "0", "dataformat": 0}
    ]
    assert plan(school, moodle).actions == []


def test_a_source_that_says_nothing_changes_nothing(
    school: School, site: Site, moodle: MoodleTree, sync: Synced, plan: Planned
) -> None:
    """None is no difference; a new account without an address gets it from its owner, whom Moodle asks for it."""
    student = school.person("students", "100", email=None)
    sync(school, moodle)
    student.family_name = None
    site.change("UPDATE mdl_user SET email = 'own@home.example' WHERE idnumber = '100'")

    planned = plan(school, moodle)

    assert planned.actions == planned.errors == []


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ("UPDATE mdl_user SET deleted = 1 WHERE username = 'old.name'", "cannot be adopted"),
        ("UPDATE mdl_config SET value = '2,3' WHERE name = 'siteadmins'", "cannot be adopted"),
        (
            "INSERT INTO mdl_user (mnethostid, username, idnumber) VALUES (1, 'x', '100')",
            "held by account 15",
        ),
        ("INSERT INTO mdl_user (mnethostid, username) VALUES (1, 'user100')", "held by account 15"),
    ],
)
def test_an_adoption_that_is_no_longer_right_is_refused(
    school: School, site: Site, plan: Planned, change: str, reason: str
) -> None:
    """Whatever happened to the account since the plan was made; the next of the batch goes in."""
    for number, username in (("100", "old.name"), ("101", "other.name")):
        site.account(username, idnumber=number, email=f"{number}@school.example")
        school.person("students", number)
    site.change("UPDATE mdl_user SET id = id + 10 WHERE username = 'other.name'")
    actions = plan(school, site.tree()).actions
    site.change(change)

    results = {r.action.idnumber: r for r in site.tree().template.handle(actions) if r.action}

    assert reason in results["100"].reason
    assert results["101"].is_done
    assert site.members("dss-students") == {"101"}


def test_who_joins_must_be_there_once(school: School, site: Site, moodle: MoodleTree, plan: Planned) -> None:
    """The other role's account failed, or is there twice, or is an administrator's."""
    for branch in ("students", "teachers"):
        for number in ("1", "2", "3"):
            school.person(branch, number)
    actions = [action for action in plan(school, moodle).actions if action.branch == "teachers"]
    for action in actions:
        action.joins = "students"
    for username in ("a", "b"):
        site.account(username, idnumber="2")
    site.change("UPDATE mdl_user SET idnumber = '3' WHERE id = 2")

    results = sorted((r.action.idnumber, r.reason) for r in moodle.template.handle(actions) if r.action)

    assert [reason.split("'")[0] for _, reason in results] == [
        "no account has the ID number ",
        "2 accounts have the ID number ",
        "account 2 is a site administrator",
    ]


def test_a_change_that_is_refused_fails_with_all_of_its_record(
    school: School, site: Site, moodle: MoodleTree, sync: Synced, plan: Planned
) -> None:
    """Somebody took the username between plan and apply; others of the batch are changed."""
    for number in ("100", "101"):
        school.person("students", number)
    sync(school, moodle)
    for student in school.students:
        student.username, student.family_name = f"new{student.idnumber}", "New"
    actions = plan(school, moodle).actions
    holder = site.account("new100", firstname="Ann")

    results = [(r.action.idnumber, r.reason) for r in moodle.template.handle(actions) if r.action]

    reason = f"username 'new100' is held by account {holder} ('Ann') already"
    assert sorted(results) == [("100", reason), ("100", reason), ("101", ""), ("101", "")]
    assert (site.user("100")["lastname"], site.user("101")["username"]) == ("Family 100", "new101")


def test_a_leaver_keeps_the_username_until_somebody_renames_the_account(
    school: School, site: Site, moodle: MoodleTree, sync: Synced, plan: Planned
) -> None:
    """The newcomer is an error that names the account; renamed in Moodle, it stays so and is in nobody's way."""
    school.person("students", "100", username="ann.berg")
    sync(school, moodle)
    school.students.forget("100")
    sync(school, moodle)
    school.person("students", "200", username="ann.berg")
    before = plan(school, moodle)
    site.change("UPDATE mdl_user SET username = 'ann.berg.left' WHERE idnumber = '100'")

    report = sync(school, moodle)

    assert (before.actions, [error.idnumber for error in before.errors]) == ([], ["200"])
    assert "ann.berg" in before.errors[0].message
    assert report.undone == []
    assert site.user("200")["username"] == "ann.berg"
    assert (site.user("100")["username"], site.user("100")["suspended"]) == ("ann.berg.left", 1)
