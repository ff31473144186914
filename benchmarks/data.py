"""Invented schools of any size, as a pair of CSV files, and the truth about how the two differ.

Right is left with one record in a hundred new on the left, one in a hundred gone from it, and two in a
hundred changed in one to three attributes; the right's rows are shuffled, and so are the values within its
multi-valued cells. One seed gives one pair of files.
"""

import argparse
import csv
import json
import random
from pathlib import Path

from benchmarks.layouts import ENROLLMENTS, LAYOUTS, SEPARATOR, STUDENTS, Layout
from benchmarks.truth import ATTRIBUTE, GONE, NEW, Found, found

SEED = 20260901
SHARE_NEW = SHARE_GONE = 0.01
SHARE_CHANGED = 0.02

FIRST = ("Ada", "Bo", "Chidi", "Dóra", "Emre", "Fen", "Goran", "Hana", "Ines", "Jörg", "Kofi", "Linh", "Mei")
SECOND = ("lia", "ra", "nne", "to", "mir", "so", "vi", "bel", "ko", "shan", "dra", "win", "a", "o", "e")
FAMILY = ("Ander", "Berg", "Castel", "Dvor", "Ek", "Fonta", "Gruen", "Hol", "Iban", "Jano", "Kowal", "Łuka")
ENDING = ("sen", "mann", "ski", "ov", "ez", "li", "wick", "ford", "ini", "escu", "son", "ström", "tanaka")
CLUBS = ("chess", "choir", "debate", "drama", "fencing", "football", "go", "judo", "robotics", "rowing")
HOUSES = ("Amber", "Cedar", "Indigo", "Willow")


def student(dice: random.Random, number: int) -> list[str]:
    """One invented student's row; `number` makes key, username and addresses distinct."""
    given = dice.choice(FIRST) + dice.choice(SECOND)
    family = dice.choice(FAMILY) + dice.choice(ENDING)
    username = f"{family[:3].lower()}{given[:2].lower()}{number}"
    grade = dice.randint(1, 12)
    guardians = [f"g{dice.randrange(10**7)}@home.example" for _ in range(dice.choice((1, 1, 2)))]
    clubs = dice.sample(CLUBS, dice.choice((0, 0, 1, 2, 3)))
    return [
        f"{100_000 + number}",
        given,
        family,
        f"{username}@school.example",
        username,
        str(grade),
        f"{grade}{dice.choice('ABCDEF')}",
        f"+99 5{dice.randrange(10**7):07d}",
        dice.choice(HOUSES),
        f"20{dice.randint(8, 20):02d}-{dice.randint(1, 12):02d}-{dice.randint(1, 28):02d}",
        SEPARATOR.join(guardians),
        SEPARATOR.join(clubs),
    ]


def enrollment(dice: random.Random, number: int) -> list[str]:
    """One invented enrolment's row, seven classes a pupil; the key is `class|person|role`."""
    person = f"{100_000 + number // 7}"
    class_ = f"{number % 7 + 1}{dice.randrange(4000):04d}"
    start = f"2026-{dice.choice(('08', '09', '10'))}-{dice.randint(1, 28):02d}"
    return [f"{class_}|{person}|student", class_, person, "student", start, f"{dice.randint(1, 8)}(A-E)"]


MAKERS = {STUDENTS.name: student, ENROLLMENTS.name: enrollment}
# What an enrolment is about is its key; only the rest of it can change.
CHANGEABLE = {STUDENTS.name: STUDENTS.fields[1:], ENROLLMENTS.name: ("start", "period")}


def changed(dice: random.Random, layout: Layout, row: list[str]) -> tuple[list[str], list[str]]:
    """A copy of `row` that differs in one to three attributes, and the names of these."""
    choices = CHANGEABLE[layout.name]
    names = dice.sample(choices, min(len(choices), dice.randint(1, 3)))
    copy = list(row)
    for name in names:
        at = layout.fields.index(name)
        if name in layout.several:
            values = [value for value in copy[at].split(SEPARATOR) if value]
            if values and dice.random() < 0.5:
                values.pop()
            else:
                values.append("former@home.example")
            copy[at] = SEPARATOR.join(values)
        else:
            # what is a number stays one, as a reader may insist on
            copy[at] = str(int(copy[at]) + 1) if copy[at].isdigit() else f"{copy[at]}x"
    return copy, names


def shuffled(dice: random.Random, layout: Layout, row: list[str]) -> list[str]:
    """The same row with the values of its multi-valued cells in another order."""
    for at in layout.positions:
        values = row[at].split(SEPARATOR)
        if len(values) > 1:
            dice.shuffle(values)
            row[at] = SEPARATOR.join(values)
    return row


def generate(folder: Path, layout: Layout, size: int, seed: int = SEED) -> Found:
    """Write `left.csv`, `right.csv` and `truth.json` of `size` records a side into `folder`."""
    dice = random.Random(f"{seed} {layout.name} {size}")
    make = MAKERS[layout.name]
    new = set(dice.sample(range(size), int(size * SHARE_NEW)))
    left = [make(dice, number) for number in range(size)]
    rest = [number for number in range(size) if number not in new]
    touched = set(dice.sample(rest, int(size * SHARE_CHANGED)))
    gone = [make(dice, number) for number in range(size, size + int(size * SHARE_GONE))]
    right = [list(row) for row in gone]
    differences = [(NEW, left[number][0], "") for number in new] + [(GONE, row[0], "") for row in gone]
    for number in rest:
        row = left[number]
        if number in touched:
            row, names = changed(dice, layout, row)
            differences += [(ATTRIBUTE, row[0], name) for name in names]
        right.append(shuffled(dice, layout, list(row)))
    dice.shuffle(right)
    truth = found(differences)
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in (("left", left), ("right", right)):
        with (folder / f"{name}.csv").open("w", encoding="utf-8", newline="") as file:
            writer = csv.writer(file)
            writer.writerow(layout.fields)
            writer.writerows(rows)
    (folder / "truth.json").write_text(json.dumps(truth), encoding="utf-8")
    return truth


def main() -> None:
    """Run as a process of its own, so that what it needs never counts in what is measured."""
    parser = argparse.ArgumentParser(description="Write a pair of CSV files and the truth about them.")
    parser.add_argument("layout", choices=LAYOUTS)
    parser.add_argument("size", type=int)
    parser.add_argument("folder", type=Path)
    options = parser.parse_args()
    print(json.dumps(generate(options.folder, LAYOUTS[options.layout], options.size)))


if __name__ == "__main__":
    main()
