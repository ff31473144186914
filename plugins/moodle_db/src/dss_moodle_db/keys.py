"""Moodle's ID numbers as keys."""

from __future__ import annotations

import unicodedata

from dss.keys import BadIdnumber, check_idnumber


def normal_idnumber(text: str | None) -> str | None:
    """The text as a key, or None when it cannot be one; Moodle takes any text for an ID number."""
    if not text:
        return None
    if not text.isascii() or text != text.strip():
        text = unicodedata.normalize("NFC", text).strip()
    try:
        return check_idnumber(text)
    except BadIdnumber:
        return None
