"""What happens at Riverbend between the two days."""

from __future__ import annotations

from riverbend.names import Name
from riverbend.people import ACTIVE, FIRST_DAY, PREREGISTERED, SECONDARY, TRANSFERRED, Pupil, Teacher
from riverbend.school import DAY_TWO, School, exchange_logins
from riverbend.timetable import Section


def pass_night(school: School) -> None:
    """Turn day one into day two, in place."""
    school.today = DAY_TWO
    people = school.active()
    lower = [pupil for pupil in people if pupil.school != SECONDARY]
    upper = [pupil for pupil in people if pupil.school == SECONDARY and pupil.middle == ""]
    _leave_and_return(school, lower, upper)
    _arrive(school, lower, upper)
    _correct(school, lower, upper)
    _reschedule(school, lower, upper)
    _change_staff(school)


def _leave_and_return(school: School, lower: list[Pupil], upper: list[Pupil]) -> None:
    """Five pupils leave, two of those who left in September are back."""
    gone = [pupil for pupil in school.pupils if pupil.status == TRANSFERRED]
    for pupil in (lower[31], lower[90], upper[64], upper[65], upper[140]):
        school.leave(pupil, DAY_TWO)
    for pupil in (gone[2], gone[5]):
        pupil.status, pupil.exit = ACTIVE, FIRST_DAY.replace(year=2027, month=6, day=19)
        pupil.entry = DAY_TWO
        peer = next(each for each in school.active() if each.homeroom == pupil.homeroom)
        school.follow(pupil, peer, DAY_TWO)


def _arrive(school: School, lower: list[Pupil], upper: list[Pupil]) -> None:
    """Four new pupils: one pre-registered, one with a new family, two with a brother or sister here."""
    early = next(pupil for pupil in school.pupils if pupil.status == PREREGISTERED)
    peer = next(pupil for pupil in lower if pupil.grade == 0)
    early.status, early.number, early.homeroom = ACTIVE, "12801", peer.homeroom
    arrivals = [(early, peer)]
    for place, like in enumerate((lower[50], upper[20], upper[180])):
        family = like.family if place else school.add_family(like.family)
        arrivals.append((school.add_pupil(like, family, f"{12802 + place}"), like))
    for pupil, like in arrivals:
        pupil.entry = DAY_TWO
        school.follow(pupil, like, DAY_TWO)


def _correct(school: School, lower: list[Pupil], upper: list[Pupil]) -> None:
    """The office corrects names, addresses, and two logins that had been given to each other's owners."""
    plain = [pupil for pupil in upper if not pupil.login and pupil.status == ACTIVE]
    adopted, shortened, second = plain[4], plain[20], plain[40]
    adopted.surname = Name(f"{adopted.surname.text}-Lindqvist", f"{adopted.surname.latin}lindqvist")
    shortened.given = Name("Sasha", "sasha")
    second.middle = "Eden"
    for pupil in (lower[70], upper[99]):
        first, *others = pupil.family.guardian_email.replace(";", ",").split(",")
        pupil.family.guardian_email = ",".join([first.replace("@", ".new@"), *others])
    exchange_logins(school.pupils)


def _reschedule(school: School, lower: list[Pupil], upper: list[Pupil]) -> None:
    """Two pupils change homerooms, twelve an elective; a full class is split; a new course begins."""
    for pupil in (lower[5], lower[44]):
        peer = next(each for each in lower if each.grade == pupil.grade and each.homeroom != pupil.homeroom)
        for seat in school.table.seats_of(pupil):
            seat.drop(DAY_TWO)
        school.follow(pupil, peer, DAY_TWO)
        pupil.homeroom = peer.homeroom
    for pupil in upper[8:200:16]:
        if pupil.status == ACTIVE:
            school.change_elective(pupil, DAY_TWO)
    table = school.table
    crowded = next(each for each in table.courses if each.number == "SMA06")
    split = table.open_section(crowded, school.teachers[41])
    _move(school, [each for each in table.sections if each.course is crowded][:3], split)
    debate = table.open_section(
        table.open_course("SDE", "Debate: For & Against", "Humanities", SECONDARY), school.teachers[35]
    )
    for pupil in upper[3:90:11]:
        if pupil.status == ACTIVE:
            table.seat(pupil, debate, DAY_TWO)


def _move(school: School, sections: list[Section], into: Section) -> None:
    """Two pupils of each section change into the new one."""
    for section in sections:
        leaving = [seat for seat in school.table.seats if seat.section is section and not seat.dropped][:2]
        for seat in leaving:
            seat.drop(DAY_TWO)
            school.table.seat(seat.pupil, into, DAY_TWO)


def _change_staff(school: School) -> None:
    """A teacher marries, one leaves and is replaced, and two classes change hands."""
    bride, leaver = school.teachers[33], school.teachers[47]
    bride.surname = Name("Fairweather", "fairweather")
    bride.login = f"{bride.given.latin[:1]}fairweather"
    bride.email = f"{bride.login}@riverbend.school.example"
    leaver.status = 2
    successor = Teacher(
        "2521", 395, leaver.culture, Name("Okafor", "okafor"), Name("Ngozi", "ngozi"), "", "nokafor"
    )
    successor.email, successor.posts = "nokafor@riverbend.school.example", {SECONDARY: 895}
    school.teachers.append(successor)
    for section in school.table.sections:
        if section.teacher == leaver.posts[SECONDARY]:
            section.teacher = 895
    for section in school.table.sections[100:200:60]:
        section.teacher = school.teachers[28].posts[SECONDARY]
