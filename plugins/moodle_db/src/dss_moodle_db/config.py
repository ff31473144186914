"""What can be configured for a tree of this connector."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

import attrs

from dss.errors import ConfigError
from dss.secrets import SecretUrl
from dss.tree import DataStoreTree

if TYPE_CHECKING:
    from dss_moodle_db.dialect import Session

PEOPLE = ("students", "teachers", "guardians")

PROFILE = "profile:"
"""What a place in `fields` begins with when it is a custom profile field."""

COLUMNS = (
    "institution",
    "department",
    "phone1",
    "phone2",
    "address",
    "city",
    "middlename",
    "alternatename",
    "firstnamephonetic",
    "lastnamephonetic",
)
"""The columns of Moodle's user table that an attribute may be kept in."""

_TAKEN = ("idnumber", "given_name", "family_name", "email", "username", "enabled", "guardians")


def _url(given: str | SecretUrl) -> SecretUrl:
    return given if isinstance(given, SecretUrl) else SecretUrl(given)


def _cohorts(given: Mapping[str, str] | None) -> dict[str, str]:
    return {**{branch: f"dss-{branch}" for branch in PEOPLE}, **(given or {})}


@attrs.frozen(kw_only=True)
class Options(DataStoreTree.Options):
    """One Moodle site, and which of its records are ours."""

    url: SecretUrl = attrs.field(
        converter=_url,
        metadata={
            "help": "The database: sqlite:///moodle.db, or with a password through env, file or keyring. "
            "A relative SQLite path counts from this file's folder."
        },
    )
    prefix: str = attrs.field(
        default="mdl_", metadata={"help": "What Moodle's table names begin with ($CFG->prefix)."}
    )
    category: str = attrs.field(
        default="",
        metadata={
            "help": "The course category our courses lie in or below, and new ones are made in: its ID number, "
            "or its name, or names from the top joined by ' / '. Needed for courses, classes and enrollments.",
            "fill_in": True,
        },
    )
    cohorts: dict[str, str] = attrs.field(
        factory=dict,
        converter=_cohorts,
        metadata={
            "help": "ID number of the cohort that tells whom a people branch holds; made when missing. "
            "Default: dss-students, dss-teachers, dss-guardians."
        },
    )
    mark: str = attrs.field(
        default="dss:",
        metadata={"help": "What the ID numbers of our cohorts and groups begin with; others are not ours."},
    )
    student_role: str = attrs.field(
        default="student", metadata={"help": "Short name of the role students get in their courses."}
    )
    teacher_role: str = attrs.field(
        default="editingteacher", metadata={"help": "Short name of the role teachers get in their courses."}
    )
    guardian_role: str = attrs.field(
        default="",
        metadata={
            "help": "Short name of the role guardians get over their child. "
            "Without it a student's guardians are not compared."
        },
    )
    auth: str = attrs.field(
        default="manual",
        metadata={
            "help": "How accounts that we make log in: an enabled authentication plugin (ldap, saml2, oauth2, "
            "oidc). With manual nobody can log in before asking for a new password."
        },
    )
    fields: dict[str, str] = attrs.field(
        factory=dict,
        metadata={
            "help": "Where attributes live that Moodle has no place for: homeroom = 'department' (a column of the "
            "user table) or grade = 'profile:grade' (a custom profile field: text, menu, textarea, checkbox)."
        },
    )

    accept_version: str = attrs.field(
        default="",
        metadata={
            "help": "Write to this Moodle although its version is none of 4.1 to 5.x: the number that `check` names. "
            "An update of Moodle has to be accepted anew."
        },
    )

    purge_caches: list[str] = attrs.field(
        factory=list,
        metadata={
            "help": "Command, word by word, that purges Moodle's caches after a run that made groups: "
            '["sudo", "-u", "www-data", "php", "/srv/moodle/admin/cli/purge_caches.php", "--muc"]. '
            "Without it such a run says what to do."
        },
    )

    lock_seconds: int = attrs.field(
        default=15, metadata={"help": "How long to wait for a lock of somebody else's, Moodle's included."}
    )
    statement_seconds: int = attrs.field(
        default=600, metadata={"help": "How long the server may take for one statement; 0 is without end."}
    )
    tls: str = attrs.field(
        default="",
        metadata={
            "help": "`verify`: only encrypted, and only to the server that its certificate names; `require`: only "
            "encrypted; without it, as the URL and the driver have it."
        },
    )
    tls_ca: str = attrs.field(
        default="",
        metadata={"help": "File with the certificates of whom we trust; without it, whom the system trusts."},
    )
    tls_certificate: str = attrs.field(
        default="", metadata={"help": "File with our own certificate, where the server asks for one."}
    )
    tls_key: str = attrs.field(default="", metadata={"help": "File with the key of that certificate."})

    def session(self, folder: Path) -> Session:
        """How connections are opened.

        Args:
            folder: what relative paths count from.
        """
        from dss_moodle_db.dialect import Session

        paths = {name: getattr(self, name) for name in ("tls_ca", "tls_certificate", "tls_key")}
        return Session(
            lock_seconds=self.lock_seconds,
            statement_seconds=self.statement_seconds,
            tls=self.tls,
            **{name: folder / path if path else None for name, path in paths.items()},
        )

    @lock_seconds.validator
    @statement_seconds.validator
    def _check_seconds(self, attribute: attrs.Attribute[int], value: int) -> None:
        if value < 0:
            raise ConfigError(f"`{attribute.name}` is {value}; wanted a number of seconds, 0 or more")

    @tls.validator
    def _check_tls(self, _attribute: object, value: str) -> None:
        if value not in ("", "require", "verify"):
            raise ConfigError(f"`tls` is {value!r}; wanted `verify` or `require`, or leave it out")

    @tls_key.validator
    def _check_certificate(self, _attribute: object, value: str) -> None:
        if bool(value) != bool(self.tls_certificate):
            raise ConfigError("`tls_certificate` and `tls_key` go together; give both, or none")

    @cohorts.validator
    def _check_cohorts(self, _attribute: object, value: dict[str, str]) -> None:
        for branch, idnumber in value.items():
            if branch not in PEOPLE:
                raise ConfigError(f"`cohorts` names `{branch}`; wanted {', '.join(PEOPLE)}")
            if not idnumber:
                raise ConfigError(f"`cohorts.{branch}` is empty; wanted the ID number of a cohort")
        if len(set(value.values())) != len(value):
            raise ConfigError("`cohorts` gives two branches one cohort; each needs its own")

    @mark.validator
    def _check_mark(self, _attribute: object, value: str) -> None:
        if not value or value != value.strip():
            raise ConfigError(
                f"`mark` is {value!r}; wanted a text without outer blanks, or every cohort would be taken for ours"
            )
        if any(cohort.startswith(value) for cohort in self.cohorts.values()):
            raise ConfigError(f"`mark` is {value!r}, and a cohort in `cohorts` begins with it; change one")

    @teacher_role.validator
    def _check_roles(self, _attribute: object, value: str) -> None:
        if value == self.student_role:
            raise ConfigError(f"`student_role` and `teacher_role` are both {value!r}; each needs its own")

    @fields.validator
    def _check_fields(self, _attribute: object, value: dict[str, str]) -> None:
        for attribute, place in value.items():
            if attribute in _TAKEN:
                raise ConfigError(f"`fields.{attribute}`: `{attribute}` has its place in Moodle already")
            if place not in COLUMNS and (not place.startswith(PROFILE) or place == PROFILE):
                raise ConfigError(
                    f"`fields.{attribute}` is {place!r}; wanted `{PROFILE}shortname` or one of {', '.join(COLUMNS)}"
                )
        if len(set(value.values())) != len(value):
            raise ConfigError("`fields` gives two attributes one place; each needs its own")
