"""Bytes to text in the declared character set, and the signs that a file is something else than it claims."""

from __future__ import annotations

import codecs
import io
import re
from typing import BinaryIO

from dss.errors import ConfigError

#: Blanks of other kinds, marks without width, and ends of lines that are none of ours.
RARE = "\xa0\x85\u2000\u2002\u2003\u2007\u2009\u200b\u2028\u2029\u202f\u3000\ufeff"
_CONTROL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]")
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
_MARKUP = re.compile(
    rb"(?:\xef\xbb\xbf)?\s*<(?:!doctype|!--|\?xml|html|head|body|script|meta|title)", re.IGNORECASE
)
# In single-byte sets these pairs do occur: a curly quotation mark beside an accented letter. Any other pair that is
# well-formed UTF-8 does not, in names.
_UTF8_ONLY = re.compile(rb"[\xc2-\xd1\xd6-\xdf][\x80-\x90\x95\x98-\x9f\xa1-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")


class NotWhatItClaims(ValueError):
    """The file is no text in the declared character set.

    Attributes:
        at: where in the block given last; negative is in one before.
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
        raise NotWhatItClaims(
            "this is a web page (a login page saved under this name?); wanted delimited text"
        )
    declared = encoding.replace("-sig", "")
    for mark, other in _BOMS:
        if head.startswith(mark):
            if not declared.startswith(other):
                raise NotWhatItClaims(
                    f'this is {other}, and `encoding` says {encoding}; set `encoding = "{other}"`'
                )
            break


def common_bytes(encoding: str) -> bytes:
    """The bytes whose text needs no closer look: no control character, no rare blank, all in NFC."""
    ascii_bytes = bytes([*range(32, 127), *b"\t\n\r"])
    if encoding.startswith(("utf-16", "utf-32")):
        return b""
    if encoding.startswith("utf-8"):
        # leading bytes of letters up to U+02FF, none of which combines with another, and continuations
        return ascii_bytes + bytes([*range(0x80, 0xC0), *range(0xC3, 0xCC)])
    common = bytearray(ascii_bytes)
    for byte in range(128, 256):
        try:
            letter = codecs.decode(bytes([byte]), encoding)
        except UnicodeDecodeError:
            continue
        if letter < "\u0300" and letter not in RARE and _CONTROL.search(letter) is None:
            common.append(byte)
    return bytes(common)


class Decoder:
    """Decodes a file block by block; every end of line (LF, CRLF, CR) becomes LF.

    Attributes:
        odd: whether the block given last, or the one before, has text that needs a closer look.
        lost: how many question marks and replacement characters there are, which may once have been letters.
    """

    def __init__(self, encoding: str) -> None:
        self.encoding = "utf-8-sig" if encoding == "utf-8" else encoding
        self._text = io.IncrementalNewlineDecoder(
            codecs.getincrementaldecoder(self.encoding)(), translate=True
        )
        self._common = common_bytes(encoding)
        # single-byte sets take any byte, so a file in UTF-8 would pass as gibberish
        self._shadow: codecs.IncrementalDecoder | None = None
        if not encoding.startswith("utf"):
            self._shadow = codecs.getincrementaldecoder("utf-8")()
        self._utf8: int | None = None
        self._given = 0
        self.odd = False
        self.lost = 0
        self._odd_here = False

    def decode(self, block: bytes, final: bool = False) -> str:
        """Decode the next block.

        Raises:
            NotWhatItClaims: it is not in this character set, or has zeros, which no text has.
        """
        before, self._odd_here = self._odd_here, bool(block.translate(None, self._common))
        self.odd = before or self._odd_here
        if self._odd_here and self._common and 0 in block:
            raise NotWhatItClaims("a zero byte is no text; is this a binary file, or utf-16?", block.index(0))
        if self._shadow is not None:
            self._look_for_utf8(block, final)
        self._given += len(block)
        try:
            text = self._text.decode(block, final)
        except UnicodeDecodeError as error:
            # the decoder may have kept some bytes of the block before
            at = max(0, error.start - (len(error.object) - len(block)))
            shown = error.object[error.start : error.end].hex(" ")
            raise NotWhatItClaims(
                f"byte {shown} is not in {self.encoding.replace('-sig', '')}; set `encoding` to the character"
                " set that PowerSchool was told to write",
                at,
            ) from None
        except UnicodeError as error:
            raise NotWhatItClaims(
                f"it cannot be read as {self.encoding}: {error}; without a byte order mark, say"
                f" `{self.encoding}-le` or `{self.encoding}-be`"
            ) from None
        if self._odd_here:
            if "\0" in text:
                raise NotWhatItClaims("a zero character is no text; is this a binary file?")
            self.lost += text.count("\ufffd")
        self.lost += text.count("?")
        return text

    def needs_tidying(self, text: str) -> bool:
        """Take the closer look: whether there are control characters or rare blanks."""
        return any(map(text.__contains__, RARE)) or _CONTROL.search(text) is not None

    def _look_for_utf8(self, block: bytes, final: bool) -> None:
        assert self._shadow is not None
        if block.isascii() and not self._shadow.getstate()[0] and not final:
            return
        try:
            self._shadow.decode(block, final)
        except UnicodeDecodeError:
            self._shadow = None
        else:
            found = _UTF8_ONLY.search(block)
            if found is not None and self._utf8 is None:
                self._utf8 = self._given + found.start()

    def finish(self) -> None:
        """Judge the file as a whole, after its last block.

        Raises:
            NotWhatItClaims: every byte beyond ASCII is part of a letter in UTF-8, which no other text is by chance.
        """
        if self._shadow is not None and self._utf8 is not None:
            raise NotWhatItClaims(
                f'all of it reads as utf-8, and `encoding` says {self.encoding}; set `encoding = "utf-8"`',
                self._utf8 - self._given,
            )


def line_of(file: BinaryIO, at: int) -> int:
    """The line in which a byte of a file stands, counted from its beginning."""
    file.seek(0)
    line, ended_in_cr = 1, False
    while at > 0 and (block := file.read(min(at, 1 << 20))):
        at -= len(block)
        line += block.count(b"\n") + block.count(b"\r") - block.count(b"\r\n")
        line -= ended_in_cr and block.startswith(b"\n")
        ended_in_cr = block.endswith(b"\r")
    return line
