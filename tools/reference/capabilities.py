"""What a connector can say that it can do."""

from __future__ import annotations

from tools.reference import source
from tools.reference.markdown import code, table

from dss.capabilities import Capability


def overview() -> str:
    """Every capability: its name in Python, its word, its meaning with what the connector gives for it."""
    docs = {one.name: one.doc for one in source.attributes(Capability)}
    return table(
        ["capability", "word", "what it promises, and what the connector gives for it"],
        [(code(f"Capability.{one.name}"), code(one.value), docs[one.name]) for one in Capability],
    )
