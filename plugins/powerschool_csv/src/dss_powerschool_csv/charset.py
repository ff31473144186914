"""Bytes to text in the declared character set, and the signs that a file is something else than it claims."""

from __future__ import annotations

import codecs
import io
import re

from dss.errors import ConfigError

_CONTROLS = bytes(byte for byte in (*range(32), 127) if byte not in b"\t\n\r")
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_BOMS = (
    (b"\xef\xbb\xbf", "utf-8"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
_KINDS = (
    (b"PK\x03\x04", "a zip archive, or a spreadsheet saved as such"),
    (b"\xd0\xcf\x11\xe0", "a spreadsheet of an old kind"),
    (b"\x1f\x8b", "a gzip archive"),
    (b"%PDF", "a PDF document"),
)
_MARKUP = re.compile(rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|!--|\?xml|html|head|body|script|meta|title)", re.IGNORECASE)
# In single-byte sets these pairs do occur: a curly quotation mark beside an accented letter. Any other pair that is
# well-formed UTF-8 does not, in names.
_UTF8_ONLY = re.compile(rb"[\xc2-\xd1\xd6-\xdf][\x80-\x90\x95\x98-\x9f\xa1-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")


class NotWhatItClaims(ValueError):
    """The file is no text in the declared character set.

    Attributes:
        at: how many bytes of the block given last are sound.
    """

    def __init__(self, reason: str, at: int = 0) -> None:
        super().__init__(reason)
        self.at = at


def codec(name: str) -> str:
    """The codec of a character set by the name that a person gives it, such as `Mac Roman` or `Windows-1252`.

    Raises:
        ConfigError: there is none.
    """
    wanted = {"macroman": "mac_roman", "mac": "mac_roman", "ansi": "cp1252"}.get(
        re.sub("[^a-z0-9]", "", name.lower()), name.strip().replace(" ", "-")
    )
    try:
        found = codecs.lookup(wanted)
        if not found._is_text_encoding:
            raise LookupError
    except LookupError:
        raise ConfigError(
            f"`encoding` is `{name}`; wanted a character set such as `utf-8`, `mac_roman`, `cp1252` or `utf-16`"
        ) from None
    return found.name


def refuse_other_kinds(head: bytes, encoding: str) -> None:
    """Look at a file's first bytes.

    Raises:
        NotWhatItClaims: they are those of an archive, a web page, or of text in another character set.
    """
    for magic, kind in _KINDS:
        if head.startswith(magic):
            raise NotWhatItClaims(f"this is {kind}; wanted the delimited text itself")
    if _MARKUP.match(head):
        raise NotWhatItClaims("this is a web page (a login page saved under this name?); wanted delimited text")
    declared = encoding.replace("-sig", "")
    for mark, other in _BOMS:
        if head.startswith(mark):
            if not declared.startswith(other):
                raise NotWhatItClaims(f'this is {other}, and `encoding` says {encoding}; set `encoding = "{other}"`')
            break


class Decoder:
    """Decodes a file block by block; every line end (LF, CRLF, CR) becomes `\\n`.

    Attributes:
        controls: whether the block given last, or the one before, has control characters in it.
    """

    def __init__(self, encoding: str) -> None:
        self.encoding = "utf-8-sig" if encoding == "utf-8" else encoding
        self._text = io.IncrementalNewlineDecoder(codecs.getincrementaldecoder(self.encoding)(), translate=True)
        self._wide = encoding.startswith(("utf-16", "utf-32"))
        # single-byte sets take any byte, so a file in UTF-8 would pass as gibberish
        self._shadow: codecs.IncrementalDecoder | None = None
        if not encoding.startswith("utf"):
            self._shadow = codecs.getincrementaldecoder("utf-8")()
        self._utf8 = False
        self.controls = False
        self._controls_here = False

    def decode(self, block: bytes, final: bool = False) -> str:
        """Decode the next block.

        Raises:
            NotWhatItClaims: it is not in this character set, or has bytes that no text has.
        """
        before, self._controls_here = self._controls_here, False
        if not self._wide and len(block) != len(block.translate(None, _CONTROLS)):
            self._controls_here = True
            if 0 in block:
                raise NotWhatItClaims("a zero byte is no text; is this a binary file, or utf-16?", block.index(0))
        if self._shadow is not None:
            self._look_for_utf8(block, final)
        try:
            text = self._text.decode(block, final)
        except UnicodeDecodeError as error:
            # the decoder may have kept some bytes of the block before
            at = max(0, error.start - (len(error.object) - len(block)))
            shown = error.object[error.start : error.end].hex(" ")
            raise NotWhatItClaims(
                f"byte {shown} is not in {self.encoding.replace('-sig', '')}; set `encoding` to the character set that"
                " PowerSchool was told to write",
                at,
            ) from None
        if self._wide:
            self._controls_here = _CONTROL.search(text) is not None
            if "\x00" in text:
                raise NotWhatItClaims("a zero character is no text; is this a binary file?")
        self.controls = before or self._controls_here
        return text

    def _look_for_utf8(self, block: bytes, final: bool) -> None:
        assert self._shadow is not None
        if block.isascii() and not self._shadow.getstate()[0] and not final:
            return
        try:
            self._shadow.decode(block, final)
        except UnicodeDecodeError:
            self._shadow = None
        else:
            self._utf8 = self._utf8 or _UTF8_ONLY.search(block) is not None

    def finish(self) -> None:
        """Judge the file as a whole, after its last block.

        Raises:
            NotWhatItClaims: every byte beyond ASCII is part of a letter in UTF-8, which no other text is by chance.
        """
        if self._shadow is not None and self._utf8:
            raise NotWhatItClaims(
                f'all of it reads as utf-8, and `encoding` says {self.encoding}; set `encoding = "utf-8"`'
            )


def lines_in(block: bytes) -> int:
    """How many line ends a block of bytes has."""
    return block.count(b"\n") + block.count(b"\r") - block.count(b"\r\n")
