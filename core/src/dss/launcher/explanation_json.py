"""An explanation as JSON; docs/reference/dss-run.md has its shape, which may only grow within one `version`."""

from __future__ import annotations

import json
from typing import Any

from dss.explain import Attribute, Explanation, InSync, Planned, Side, Value
from dss.importers import Origin
from dss.launcher.as_json import change, plain

VERSION = 1


def dumped(found: Explanation) -> str:
    """Everything, as one JSON object."""
    # pure ASCII: no terminal and no pipe can misread it
    return json.dumps(
        {
            "version": VERSION,
            "branch": found.branch,
            "idnumber": found.idnumber,
            "found": found.is_found,
            "syncs": [_sync(sync) for sync in found.syncs],
            "last_runs": [
                {
                    "run": one.run,
                    "began": one.began.isoformat(),
                    "kind": one.kind,
                    "what": one.what,
                    "outcome": one.outcome,
                    "reason": one.reason,
                }
                for one in found.past
            ],
            "near": [{"branch": one.branch, "idnumber": one.idnumber, "why": one.why} for one in found.near],
        },
        ensure_ascii=True,
        allow_nan=False,
        indent=1,
    )


def _sync(sync: InSync) -> dict[str, Any]:
    return {
        "name": sync.name,
        "idnumber": sync.idnumber or None,
        "failed": sync.failed or None,
        "summary": sync.summary,
        "problems": list(sync.problems),
        "rules": [{"name": rule.name, "text": rule.text} for rule in sync.rules],
        "left": _side(sync.left),
        "right": _side(sync.right),
        "attributes": [_attribute(attribute) for attribute in sync.attributes],
        "changes": [_planned(one) for one in sync.planned],
        "others": {
            "counts": [
                {"branch": branch, "kind": kind, "count": count}
                for (branch, kind), count in sync.others.counts.items()
            ],
            "first": [_planned(one) for one in sync.others.few],
        },
    }


def _side(side: Side) -> dict[str, Any]:
    return {
        "tree": side.tree,
        "system": side.system,
        "there": side.is_there,
        "idnumber": side.idnumber,
        "native": plain(side.native),
        "untraced": side.untraced or None,
        "origins": [_origin(origin) for origin in side.origins],
    }


def _origin(origin: Origin) -> dict[str, Any]:
    return {
        "attribute": origin.attribute or None,
        "value": plain(origin.value),
        "place": origin.place,
        "rule": origin.rule,
        "taken": origin.taken,
    }


def _attribute(attribute: Attribute) -> dict[str, Any]:
    return {
        "name": attribute.name,
        "flow": attribute.flow,
        "compared": attribute.compared,
        "differs": attribute.differs,
        "verdict": attribute.verdict,
        "left": _value(attribute.left),
        "right": _value(attribute.right),
    }


def _value(value: Value | None) -> dict[str, Any] | None:
    if value is None:
        return None
    return {
        "value": plain(value.value),
        "error": value.error or None,
        "computed_by": value.computed_by or None,
        "made_of": list(value.made_of),
        "held": plain(value.held),
    }


def _planned(one: Planned) -> dict[str, Any]:
    holds = [
        {"scope": hold.scope, "because": hold.because.value, "reason": hold.reason} for hold in one.holds
    ]
    return {**change(one.action, held=bool(one.holds)), "holds": holds}
