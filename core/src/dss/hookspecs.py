"""The hooks: what a plugin may answer, and when it is asked.

A plugin is a module (or object) registered under the entry-point group `dss`; its functions carry `@dss.hookimpl`.
Hooks are called per branch or per batch, never per record. An implementation may leave out arguments it does not need,
must return (never be a generator function itself: that would always "answer"), and returns None to let the next answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

import pluggy

if TYPE_CHECKING:
    from dss.actions import Action, Result
    from dss.branches import DataStoreBranch
    from dss.importers import Given
    from dss.report import Report
    from dss.runner import Run
    from dss.templates import DefaultTemplate
    from dss.tree import DataStoreTree

PROJECT = "dss"

hookspec = pluggy.HookspecMarker(PROJECT)
hookimpl = pluggy.HookimplMarker(PROJECT)


@hookspec
def dss_register_trees() -> Sequence[type[DataStoreTree]]:
    """Give the connector's tree classes; the first is the one that `connector = "name"` stands for.

    Asked of every connector, when it is first used or listed; import what is heavy inside.
    """


@hookspec
def dss_register_branches() -> Sequence[type[DataStoreBranch]]:
    """Give the connector's branch classes, in the order in which their records have to be made.

    Asked of every connector, when its branches are listed.
    """


@hookspec
def dss_register_models() -> Sequence[type]:
    """Give the model classes that the connector's branches use.

    Asked of every connector, when its models are listed.
    """


@hookspec
def dss_register_templates() -> Sequence[type[DefaultTemplate]]:
    """Give the connector's template classes.

    Asked of every connector, when its templates are listed.
    """


@hookspec(firstresult=True)
def dss_readin_branch(tree: DataStoreTree, branch: type[DataStoreBranch]) -> Given:
    """Give the records of one branch (or a context manager that gives them), or None to leave it to the next plugin.

    Asked of the tree's connector, then of the plugins that the configuration names for that tree, then of the
    built-in, which asks the tree's importer.

    Raises:
        NotProvided: this tree has no such branch; it is left out and named.
        ReadError: the branch cannot be read whole; the tree counts as failed.
    """


@hookspec(firstresult=True)
def dss_compare(left: type[DataStoreBranch], right: type[DataStoreBranch]) -> Iterable[Action] | None:
    """Give the differences of one pair of branches, or None to leave it to the next plugin.

    Asked of the plugins of the right tree, then the left's, then of the built-in, which compares what both models have.
    Pure: no input, no output, no clock.
    """


@hookspec(firstresult=True)
def dss_handle_actions(tree: DataStoreTree, actions: Sequence[Action]) -> Iterable[Result] | None:
    """Carry out a batch of actions on the target and answer each exactly once, in any order; or None to leave it.

    Asked as `dss_compare` is; the built-in hands the actions to the tree's template. A batch holds actions of one kind
    and one branch, and runs inside `tree.batch()`. What is not answered counts as failed.
    """


@hookspec(firstresult=True)
def dss_sync(left: DataStoreTree, right: DataStoreTree) -> Report | None:
    """Carry out `left >> right`, or answer None to leave it to the next plugin.

    Asked as `dss_compare` is; the built-in compares, checks the removal budgets and calls the handlers. `dss-run` does
    not ask: it plans, guards and applies by itself.
    """


@hookspec
def dss_report(run: Run) -> None:
    """Be told of a finished run, with its counts and everything that was not done.

    Asked of all plugins in use, each once after a run, however many syncs it has; one that fails is a warning.
    """
