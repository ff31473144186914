"""The text of a delimited file, read as a stream, and what is wrong with it as a whole."""

from __future__ import annotations

import hashlib
import os
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, NoReturn

import attrs

from dss.errors import ReadError
from dss_powerschool_csv.charset import Decoder, NotWhatItClaims, line_of, refuse_other_kinds

#: Bytes at a time. The rows of larger blocks do not fit into a processor's cache, which doubles the time of reading.
BLOCK = 32 * 1024
LONGEST_LINE = 1024 * 1024

Digested = Callable[[os.stat_result, str], object]


@attrs.frozen
class Format:
    """How a file is written.

    Attributes:
        encoding: the codec's name.
        delimiter: one character.
        quoted: cells may stand in double quotes; otherwise a quote is text like any other.
        header: whether the first line holds names.
        columns: the names, when they do not come from the file.
        entities: whether HTML entities stand for letters.
    """

    encoding: str = "utf-8"
    delimiter: str = "\t"
    quoted: bool = False
    header: bool = False
    columns: tuple[str, ...] = ()
    entities: bool = False


class TextFile:
    """One file, open for reading; a context manager.

    Args:
        path: where it is.
        name: what messages call it.
        form: how it is written.
        blanks: whether blanks around a cell may stay, because the caller sees to them; looking for them takes time.
        digested: called with what the file was when it was opened and the digest of its bytes, once all of it has
            been read; None costs nothing.

    Attributes:
        cut: whether the last line has no line end; known when all has been read.
        untidy: whether cells of the block given last need tidying.
    """

    def __init__(
        self, path: Path, name: str, form: Format, blanks: bool = False, digested: Digested | None = None
    ) -> None:
        self.path, self.name, self.form = path, name, form
        self.cut = self.untidy = False
        self._blanks = blanks
        self._digested = digested
        self._file: BinaryIO

    @property
    def lost_letters(self) -> int:
        """How many question marks and replacement characters there are, which may once have been letters."""
        return self._decoder.lost

    def fail(self, reason: str, line: int | None = None) -> NoReturn:
        """Give the file up.

        Raises:
            ReadError: always.
        """
        where = f"`{self.name}`" + (f", line {line}" if line else "")
        raise ReadError(f"{where}: {reason}")

    def __enter__(self) -> TextFile:
        try:
            self._file = self.path.open("rb")
        except OSError as error:
            self.fail(f"it cannot be opened: {error.strerror or error}")
        self._before = os.fstat(self._file.fileno())
        self._decoder = Decoder(self.form.encoding)
        return self

    def __exit__(self, *exception: object) -> None:
        self._file.close()

    def blocks(self) -> Iterator[str]:
        """Text in blocks that end with a line end, except perhaps the last.

        Raises:
            ReadError: it is not in its character set, is no text at all, or was changed while it was read.
        """
        decoder, rest, at = self._decoder, "", 0
        digest = hashlib.sha256() if self._digested is not None else None
        while True:
            try:
                block = self._file.read(BLOCK)
                if digest is not None:
                    digest.update(block)
                if not at:
                    refuse_other_kinds(block[:1024], self.form.encoding)
                text = decoder.decode(block, final=not block)
                if not block:
                    decoder.finish()
            except OSError as error:
                self.fail(f"it cannot be read: {error.strerror or error}")
            except NotWhatItClaims as error:
                self.fail(str(error), line_of(self._file, at + error.at))
            at += len(block)
            end = text.rfind("\n") + 1
            if end:
                yield self._normal(rest + text[:end] if rest else text[:end])
                rest = text[end:]
            else:
                rest += text
            if len(rest) > LONGEST_LINE:
                self.fail(
                    f"this line is longer than {LONGEST_LINE:,} characters; is this a delimited file?",
                    line_of(self._file, at - len(block)),
                )
            if not block:
                break
        self._check_unchanged()
        if digest is not None and self._digested is not None:
            self._digested(self._before, digest.hexdigest())
        if rest:
            self.cut = True
            yield self._normal(rest)

    def _normal(self, text: str) -> str:
        """Letters in NFC; looks also whether any cell of the block needs tidying."""
        untidy = False
        if self._decoder.odd:
            if not unicodedata.is_normalized("NFC", text):
                text = unicodedata.normalize("NFC", text)
            untidy = self._decoder.needs_tidying(text)
        if self.form.entities and "&" in text:
            untidy = True
        if not self._blanks and not untidy:
            mark = self.form.delimiter
            untidy = (
                f" {mark}" in text
                or f"{mark} " in text
                or " \n" in text
                or "\n " in text
                or text[0] == " "
                or text[-1] == " "
                or (self.form.quoted and ('" ' in text or ' "' in text))
            )
        self.untidy = untidy
        return text

    def _check_unchanged(self) -> None:
        before = self._before
        try:
            now = [os.fstat(self._file.fileno()), self.path.stat()]
        except OSError:
            self.fail("it was taken away while it was read; read again when the export is complete")
        for after in now:
            if (before.st_size, before.st_mtime_ns, before.st_ino) != (
                after.st_size,
                after.st_mtime_ns,
                after.st_ino,
            ):
                self.fail("it was changed while it was read; read again when the export is complete")


def lines_of(text: str) -> Iterator[str]:
    """Lines with their ends; unlike for `splitlines`, only a line feed ends one."""
    at = 0
    while (end := text.find("\n", at) + 1) > 0:
        yield text[at:end]
        at = end
    if at < len(text):
        yield text[at:]
