"""Keeps the readers, groups, books and loans of a library's card file in step; the hooks that datastoresync asks."""

from __future__ import annotations

from dss import hookimpl

# Everything is imported inside the hooks, so that listing what is installed stays quick.


@hookimpl
def dss_register_trees() -> list[type]:
    """The tree; the first one is what `connector = "card_file"` stands for."""
    from dss_card_file.branches import CardFileTree

    return [CardFileTree]


@hookimpl
def dss_register_branches() -> list[type]:
    """The branches, in the order in which their records have to be made."""
    from dss_card_file.branches import Books, Groups, Loans, Readers

    return [Readers, Groups, Books, Loans]


@hookimpl
def dss_register_models() -> list[type]:
    """The classes of their items."""
    from dss_card_file.models import Book, Group, Loan, Reader

    return [Reader, Group, Book, Loan]


@hookimpl
def dss_register_templates() -> list[type]:
    """The handlers."""
    from dss_card_file.templates import CardFileTemplate

    return [CardFileTemplate]
