"""The tables of the configuration that say how careful a run is: `[budgets]`, `[guards]`, `[removals]` and the rest."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar

import attrs

from dss.errors import ConfigError
from dss.policies import Breaker, Budget, Expiry, Limit, Policies, Removals, Shape
from dss.structure import Structurer

T = TypeVar("T")

KEYS = ("budgets", "guards", "removals", "protected", "breaker", "expiry")
PER_PARENT = "per_parent"


class PolicyTables:
    """Makes `Policies` of the tables of one file.

    Args:
        structurer: the configuration's.
    """

    def __init__(self, structurer: Structurer) -> None:
        self._structurer = structurer

    def policies(self, tables: Mapping[str, Any]) -> Policies:
        """Structure and check the tables.

        Args:
            tables: the whole file; other keys are passed over.

        Raises:
            ConfigError: naming the key path, the value met and what is wanted.
        """
        found = {key: _table(tables.get(key, {}), key) for key in KEYS}
        return Policies(
            budgets=dict(self._budgets(found["budgets"])),
            guards=dict(self._shared_and_own(found["guards"], Shape, "guards")),
            removals=dict(self._shared_and_own(found["removals"], Removals, "removals")),
            protected=dict(self._protected(found["protected"])),
            breaker=self._checked(found["breaker"], Breaker, "breaker"),
            expiry=self._checked(found["expiry"], Expiry, "expiry"),
        )

    def _budgets(self, table: Mapping[str, Any]) -> Iterator[tuple[str, Budget]]:
        """`[budgets.students]`, and `[budgets.cohorts.members]` for a multi-valued attribute."""
        for branch, value in table.items():
            if not isinstance(value, Mapping):
                raise ConfigError(f"`budgets.{branch}` is {value!r}; wanted a table with `count` and `share`")
            attributes = {
                key: one for key, one in value.items() if isinstance(one, Mapping) and key != PER_PARENT
            }
            own = {key: one for key, one in value.items() if key not in attributes}
            if own or not value:
                yield branch, self._checked(own, Budget, f"budgets.{branch}")
            for attribute, one in attributes.items():
                yield f"{branch}.{attribute}", self._checked(one, Budget, f"budgets.{branch}.{attribute}")

    def _shared_and_own(
        self, table: Mapping[str, Any], wanted: type[T], path: str
    ) -> Iterator[tuple[str, T]]:
        """What stands in `[guards]` itself is for every branch; `[guards.students]` changes it for one."""
        shared = {key: one for key, one in table.items() if not isinstance(one, Mapping)}
        yield "", self._checked(shared, wanted, path)
        for branch, own in table.items():
            if isinstance(own, Mapping):
                yield branch, self._checked({**shared, **own}, wanted, f"{path}.{branch}")

    def _protected(self, table: Mapping[str, Any]) -> Iterator[tuple[str, dict[str, tuple[str, ...]]]]:
        """`[protected] username = ["admin*"]` for every branch, `[protected.students]` for one."""
        shared = {key: one for key, one in table.items() if not isinstance(one, Mapping)}
        branches = {key: one for key, one in table.items() if isinstance(one, Mapping)}
        for name, patterns in {"": shared, **branches}.items():
            path = f"protected.{name}" if name else "protected"
            yield (
                name,
                {
                    attribute: self._structurer.structure(one, tuple[str, ...], f"{path}.{attribute}")
                    for attribute, one in patterns.items()
                },
            )

    def _checked(self, value: Any, wanted: type[T], path: str) -> T:
        made = self._structurer.structure(value, wanted, path)
        _check_numbers(made, path)
        return made


def _table(value: Any, key: str) -> Mapping[str, Any]:
    if not isinstance(value, Mapping):
        raise ConfigError(f"`{key}` is {value!r}; wanted a table")
    return value


def _check_numbers(made: Any, path: str) -> None:
    """Counts and days are not negative, shares are parts of one."""
    for field in attrs.fields(type(made)):
        value = getattr(made, field.name)
        if isinstance(value, Limit):
            _check_numbers(value, f"{path}.{field.name}")
        elif isinstance(value, float) and not 0 <= value <= 1:
            raise ConfigError(f"`{path}.{field.name}` is {value}; wanted a part of one, such as 0.05 for 5 %")
        elif type(value) is int and value < 0:
            raise ConfigError(f"`{path}.{field.name}` is {value}; wanted 0 or more")


Check = Callable[[str, str, str], None]


def check_names(policies: Policies, check: Check) -> None:
    """Look whether every branch and attribute that a table names is there.

    Args:
        policies: as configured.
        check: is called with branch, attribute ("" where none is named) and key path, and raises when there is none.
    """
    for scope in policies.budgets:
        branch, _, attribute = scope.partition(".")
        check(branch, attribute, f"budgets.{scope}")
    for branch in filter(None, policies.guards):
        check(branch, "", f"guards.{branch}")
    for branch in filter(None, policies.removals):
        check(branch, "", f"removals.{branch}")
    for branch, patterns in policies.protected.items():
        for attribute in patterns if branch else ():
            check(branch, "" if attribute == "idnumber" else attribute, f"protected.{branch}.{attribute}")
