"""Every tutorial does what it says: its commands are run in order, and print what the page shows.

How a page has to be written:

- A fence of the kind `console` holds commands, each behind `$ `, with what it prints below. A command of several lines
  ends its lines with a backslash and begins the further ones with `> `. All commands of a page run in one shell (bash),
  so `cd` and `$?` do what a reader expects; the first one finds an empty folder, its home.
- What is shown is compared with standard output; with standard error where the command writes nothing else. Nothing
  below a command means that it prints nothing. A line `...` stands for any number of lines, also for none.
- Times, durations (`0 s`, `in 0.12s`), versions of three numbers and the width of blanks may differ. The home is shown
  as `/home/ada`, the account as `ada`.
- No output goes to a terminal: there are no colours, and what asks on a terminal needs its `--yes`.
- `<!-- file: exports/students.txt -->` in front of a fence of any kind has the fence's text written into that file, in
  the folder in which the shell is at that moment; folders are made. A fence of the kind `python` is run by itself too,
  as everywhere in the documents: write `py` for a file that only works in its place.
- `<!-- not run -->` in front of a `console` fence leaves it out; say why: `<!-- not run: needs a network -->`.
- The commands find an environment of their own, with all that is installed here. `pip install -e .` installs into it
  and reaches for no network; `dss-run`, `python`, `pip`, `pytest` and `mypy` are its own.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from tests.tutorial import Command, File, differences, settled, steps

TUTORIALS = Path(__file__).parent.parent / "docs" / "tutorials"
PAGES = [path for path in sorted(TUTORIALS.glob("*.md")) if list(steps(path.read_text(encoding="utf-8")))]


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_tutorial_prints_what_it_shows(page: Path, tmp_path: Path) -> None:
    """Whoever follows it word for word sees what stands there."""
    assert "\n\n".join(differences(page.read_text(encoding="utf-8"), tmp_path)) == ""


PAGE = """
Write this:

<!-- file: notes/one.txt -->
```text
first
second
```

```console
$ cat notes/one.txt
first
...
$ cd notes
$ ls \\
> -1
one.txt
```

<!-- not run: there is no such command -->
```console
$ away
```
"""


def test_page_is_taken_apart() -> None:
    """Files and commands in their order, without the fence that is not to be run."""
    assert list(steps(PAGE)) == [
        File(5, "notes/one.txt", "first\nsecond\n"),
        Command(11, "cat notes/one.txt", "first\n...\n"),
        Command(14, "cd notes", ""),
        Command(15, "ls \\\n-1", "one.txt\n"),
    ]


@pytest.mark.slow
def test_page_is_done_in_one_shell(tmp_path: Path) -> None:
    """What it shows is what comes, the folder is that of the command before."""
    assert differences(PAGE, tmp_path) == []


@pytest.mark.slow
def test_page_that_shows_something_else_is_found(tmp_path: Path) -> None:
    """By the line and the command, with what is printed in its place."""
    page = "```console\n$ echo one; exit_code() { return 3; }; exit_code\none\n$ echo $?\n4\n```\n"

    (found,) = differences(page, tmp_path)

    assert found.startswith("line 4: $ echo $?\n")
    assert found.endswith("-4\n+3")


def test_times_and_durations_are_no_difference() -> None:
    """Nor are widths of columns, which follow from them."""
    assert settled(" 1  2026-11-23 19:33:07+00:00  0 s   apply\n") == settled(
        " 1  2026-11-24 08:00:00-05:00  1 min 12 s  apply\n"
    )
