"""Texts that break what was not made with care, by sort."""

from __future__ import annotations

from collections.abc import Mapping

LONG = 5000
"""Characters of the very long text."""

HOSTILE: Mapping[str, str] = {
    "quotes": """O'Hara "the 'Q'" `back` \\ slash\\""",
    "sql": "Robert'); DROP TABLE students;-- %_ ? :name %s",
    "ldap": "(cn=*)(|(uid=\\2a)),ou=x+y<>;#=/",
    "html": '<b onclick="x()">&amp;</b><script>alert(1)</script>',
    "separators": 'a,b;c\td|e"f,g',
    "formula": "=1+1;@SUM(A1)",
    "placeholders": "{0} {name} ${HOME} $(id) %(x)s %d",
    "accents": "Zoë Šárka Łukasz Ångström ß ı",
    "decomposed": "Zoe\u0308 S\u030ca\u0301rka",
    "right-to-left": "\u05e9\u05dc\u05d5\u05dd \u0645\u0631\u062d\u0628\u0627 \u200fabc",
    "wide": "王小明 \U00020bb7 ｆｕｌｌ",
    "emoji": "👩🏽\u200d🏫 🎓",
    "like-a-number": "007",
    "like-nothing": "NULL",
    "like-true": "false",
    "blanks-inside": "two  blanks",
    "blanks-outside": "  outside  ",
    "lines": "line\nline\r\nline",
    "control": "bell\x07 escape\x1b[31m",
    "nul": "nul\x00inside",
    "long": "long " + "x" * (LONG - 5),
}
"""The texts. A suite's `unstorable` names the sorts that its system cannot hold, with the reason."""

HOSTILE_KEYS = (
    "*",
    "%",
    "_",
    "a*",
    "' OR '1'='1",
    "a,b",
    "(x=*)",
    "a\\b",
    "Zoë",
    "../x",
    "a/b?c#d",
    "a/b",
    "a_b",
    "<i>",
    "a&b=c",
    "a+b",
    "a b",
    "a%41",
    "007",
)
"""Keys that a careless look-up takes for a pattern, or for something to be carried out."""

NOTHING = ("none", "null", "nil", "nan", "undefined")
"""Words that stand where somebody has made a text of a value that was not there."""
