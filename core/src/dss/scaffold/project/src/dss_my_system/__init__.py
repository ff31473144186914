"""Keeps people and groups of My System in step; the hooks that datastoresync asks."""

from __future__ import annotations

from dss import hookimpl

# Everything is imported inside the hooks, so that listing what is installed stays quick.


@hookimpl
def dss_register_trees() -> list[type]:
    """The tree; the first one is what `connector = "my_system"` stands for."""
    from dss_my_system.branches import MySystemTree

    return [MySystemTree]


@hookimpl
def dss_register_branches() -> list[type]:
    """The branches, in the order in which their records have to be made."""
    from dss_my_system.branches import Groups, People

    return [People, Groups]


@hookimpl
def dss_register_models() -> list[type]:
    """The classes of their items."""
    from dss_my_system.models import Group, Person

    return [Person, Group]


@hookimpl
def dss_register_templates() -> list[type]:
    """The handlers."""
    from dss_my_system.templates import MySystemTemplate

    return [MySystemTemplate]
