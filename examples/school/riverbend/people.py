"""The families, pupils and teachers of Riverbend."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from random import Random

from riverbend.names import CULTURES, Culture, Name

ELEMENTARY, SECONDARY, GRADUATED = 100, 200, 999999
GRADES = range(13)
#: PowerSchool's Enroll_Status.
ACTIVE, PREREGISTERED, TRANSFERRED = 0, -1, 2
FIRST_DAY, LAST_DAY = date(2026, 8, 24), date(2027, 6, 18)
DOMAIN = "riverbend.school.example"

FAMILIES, PUPILS, TEACHERS = 450, 600, 60


@dataclass
class Family:
    """A household; `guardian_email` is one field with one or two addresses, as the office typed them."""

    ident: str
    culture: Culture
    name: Name
    mother: Name | None
    father: Name | None
    mother_name: Name
    guardian_email: str = ""


@dataclass
class Pupil:
    """A row of STUDENTS; `number` is blank for a pre-registration that has not got one yet."""

    number: str
    record: int
    family: Family
    surname: Name
    given: Name
    middle: str
    grade: int
    born: date
    homeroom: str = ""
    login: str = ""
    status: int = ACTIVE
    entry: date = FIRST_DAY
    exit: date = LAST_DAY + timedelta(days=1)

    @property
    def school(self) -> int:
        """Where the pupil goes: the first six grades are the elementary school's."""
        return ELEMENTARY if self.grade < 6 else SECONDARY


@dataclass
class Teacher:
    """A person on the staff; `posts` gives the SCHOOLSTAFF id at each school, one row of TEACHERS apiece."""

    number: str
    record: int
    culture: Culture
    surname: Name
    given: Name
    email: str
    login: str
    posts: dict[int, int] = field(default_factory=dict)
    status: int = 1
    staff_status: int = 1


def homeroom_of(grade: int, room: int) -> str:
    """The homeroom's name: `KA` and `KB` for the youngest, then `1A` to `12B`."""
    return f"{grade or 'K'}{'AB'[room]}"


def invent_families(random: Random, teachers: list[Teacher]) -> list[Family]:
    """All families, each with its own address or addresses; the mothers of the last five teach here."""
    families: list[Family] = []
    taken: set[str] = set()
    parents = dict(zip(range(FAMILIES - 5, FAMILIES), teachers[14:54:8], strict=True))
    for number in range(FAMILIES):
        (culture,) = random.choices(CULTURES, [each.weight for each in CULTURES])
        teacher = parents.get(number)
        culture = teacher.culture if teacher else culture
        name = teacher.surname if teacher else random.choice(culture.family)
        family = Family(f"F{4001 + number}", culture, name, random.choice(culture.female), None, name)
        if teacher:
            family.mother = teacher.given
        elif random.random() < 0.25:
            family.mother_name = random.choice(culture.family)
        if random.random() < 0.85:
            family.father = random.choice(culture.male)
            if random.random() < 0.15 and not teacher:
                family.mother = None
        addresses = []
        if family.mother:
            own = _address(family.mother, family.mother_name, taken)
            addresses.append(teacher.email if teacher else own)
        if family.father:
            addresses.append(_address(family.father, family.name, taken))
        family.guardian_email = random.choice([", ", ",", ",", ";"]).join(addresses)
        families.append(family)
    return families


def _address(given: Name, surname: Name, taken: set[str]) -> str:
    """A private address nobody else has."""
    plain = f"{given.latin}.{surname.latin}"
    count, address = 1, f"{plain}@example.org"
    while address in taken:
        count += 1
        address = f"{plain}{count}@example.org"
    taken.add(address)
    return address


def invent_pupils(random: Random, families: list[Family]) -> list[Pupil]:
    """All pupils: 318 only children, 114 pairs and 18 threes, spread evenly over grades and homerooms."""
    homes = families + families[:132] + families[:18]
    random.shuffle(homes)
    logins: dict[str, int] = {}
    pupils = []
    for place, family in enumerate(homes):
        grade = place % len(GRADES)
        given = random.choice(family.culture.female if random.random() < 0.5 else family.culture.male)
        born = date(2020 - grade, 9, 1) + timedelta(days=random.randrange(360))
        pupil = Pupil(f"{10023 + 3 * place}", 5200 + place, family, family.name, given, "", grade, born)
        pupil.homeroom = homeroom_of(grade, place // len(GRADES) % 2)
        pupil.entry = FIRST_DAY.replace(year=2026 - random.randrange(min(grade + 1, 5)))
        if not family.name.text.isascii() or random.random() < 0.2:
            pupil.login = _login(f"{given.latin}.{family.name.latin}", logins)
        pupils.append(pupil)
    return pupils


def _login(plain: str, logins: dict[str, int]) -> str:
    """A login nobody else has: the second of a name gets a 2, and so on."""
    logins[plain] = logins.get(plain, 0) + 1
    return plain if logins[plain] == 1 else f"{plain}{logins[plain]}"


def invent_teachers(random: Random) -> list[Teacher]:
    """Sixty teachers: the first 24 at the elementary school, the last 40 at the secondary; four at both."""
    logins: dict[str, int] = {}
    teachers = []
    for place in range(TEACHERS):
        (culture,) = random.choices(CULTURES, [each.weight for each in CULTURES])
        surname = random.choice(culture.family)
        given = random.choice(culture.female if random.random() < 0.6 else culture.male)
        login = _login(f"{given.latin[:1]}{surname.latin}", logins)
        email = f"{login}@{DOMAIN}"
        teacher = Teacher(f"{2101 + 7 * place}", 310 + place, culture, surname, given, email, login)
        if place < 24:
            teacher.posts[ELEMENTARY] = 700 + place
        if place >= 20:
            teacher.posts[SECONDARY] = 800 + place
        teachers.append(teacher)
    return teachers
