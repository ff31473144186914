"""Choosing among what is held, so that a person's word lets it through."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from dss.actions import Action
from dss.errors import ConfigError
from dss.holding import Hold
from dss.only import Only

SHORTEST = 4
"""Digits of a fingerprint that have to be given."""


def chosen(
    holds: Iterable[Hold], fingerprints: Collection[str], only: Only
) -> list[tuple[Hold, list[Action]]]:
    """The actions that were named, of the holds that can be approved; without any name, all of them.

    An action that is held for several reasons comes with the first; one approval is for all of them.

    Args:
        holds: of a plan.
        fingerprints: whole, or their beginnings.
        only: branches and records.

    Raises:
        ConfigError: a fingerprint is of nothing that is held, or of more than one change.
    """
    open_holds = [hold for hold in holds if hold.because.can_be_approved]
    known = [action.fingerprint for hold in open_holds for action in hold.actions] if fingerprints else []
    wanted = named(fingerprints, known) if fingerprints else None
    seen: set[str] = set()
    found = []
    for hold in open_holds:
        actions = [
            action
            for action in hold.actions
            if action.fingerprint not in seen
            and only.has(action)
            and (wanted is None or action.fingerprint in wanted)
        ]
        seen.update(action.fingerprint for action in actions)
        if actions:
            found.append((hold, actions))
    return found


def named(given: Collection[str], known: Collection[str]) -> set[str]:
    """Fingerprints by their beginnings.

    Raises:
        ConfigError: one is too short, or fits none of those that are known, or more than one.
    """
    found = set()
    for one in given:
        wanted = one.strip().lower()
        if len(wanted) < SHORTEST:
            raise ConfigError(
                f"`{one}` is too short for a fingerprint; give at least {SHORTEST} of its digits"
            )
        hits = sorted({fingerprint for fingerprint in known if fingerprint.startswith(wanted)})
        if not hits:
            raise ConfigError(
                f"nothing that is held, and can be approved, has the fingerprint `{one}`; `dss-run plan` lists what is"
            )
        if len(hits) > 1:
            raise ConfigError(
                f"{len(hits)} held changes have fingerprints that begin with `{one}`: {', '.join(hits[:5])}; give more"
                " digits"
            )
        found.add(hits[0])
    return found
