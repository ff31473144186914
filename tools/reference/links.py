"""Links of the documents that lead nowhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from tools.reference.sections import anchors, without_blocks

TARGET = re.compile(r"(?<!\\)\]\(<?([^)\s>]+)>?(?: \"[^\"]*\")?\)")
CODE = re.compile(r"(`+)(?!`).*?(?<!`)\1(?!`)", re.DOTALL)
ELSEWHERE = re.compile(r"[a-z][a-z0-9+.-]*:", re.IGNORECASE)


def targets(page: str) -> Iterator[str]:
    """What the links of a page lead to, without those to other sites and those that stand in code."""
    text = CODE.sub(lambda found: " " * len(found[0]), without_blocks(page))
    for target in TARGET.findall(text):
        if not ELSEWHERE.match(target):
            yield unquote(target)


def broken(page: Path) -> list[str]:
    """The links of one page whose file, or whose anchor in it, is not there."""
    wrong = []
    for target in targets(page.read_text(encoding="utf-8")):
        path, _, anchor = target.partition("#")
        file = (page.parent / path).resolve() if path else page
        if not file.exists():
            wrong.append(f"{target}: there is no `{path}`")
        elif anchor and (file.suffix != ".md" or anchor not in anchors(file.read_text(encoding="utf-8"))):
            wrong.append(f"{target}: no heading of `{path or page.name}` has that anchor")
    return wrong
