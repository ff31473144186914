"""What waits for some nights, of which one is not good."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tests.nightmares.conftest import pupil

if TYPE_CHECKING:
    from tests.nightmares.conftest import Scene

pytestmark = pytest.mark.slow


def _waiting(scene: Scene) -> None:
    """Twenty-two of four hundred leave, and sixty others come, so that twenty-two would be within the limit."""
    scene.configure("\n[budgets.guardians]\ncount = 50\n")
    scene.school.without(*[row["Student_Number"] for row in scene.school.students[:22]])
    scene.pass_night()
    assert scene.apply().exit_code == 3
    for number in range(60):
        scene.school.students.append(pupil(14_000 + number))
        scene.school.enrol(scene.school.students[-1])
    scene.pass_night()
    assert scene.apply().exit_code == 3


def _still_waits(scene: Scene) -> None:
    scene.pass_night()
    result = scene.apply()
    assert result.exit_code == 3
    assert (
        "22 removals in students are 6% of 400, as there were when they were first held; allowed are 10, or 5%"
        in scene.held(result)
    )


def test_half_a_file_between_nights_on_which_removals_wait(scene: Scene) -> None:
    """On that night they wait for another reason, which settles nothing: the limit is what it was before."""
    _waiting(scene)
    school = scene.school.copy()
    school.students = school.students[:150]
    kept = {row["Student_Number"] for row in school.students}
    school.cc = [row for row in school.cc if row["Student_Number"] in kept]
    scene.pass_night(school)
    assert scene.apply().exit_code == 3

    _still_waits(scene)


def test_a_row_that_is_nobody_s_between_nights_on_which_removals_wait(scene: Scene) -> None:
    """On that night nothing is removed for it, and so nothing waits; the limit is what it was before."""
    _waiting(scene)
    school = scene.school.copy()
    school.students[50]["Student_Number"] = ""
    scene.pass_night(school)
    assert scene.apply().exit_code == 4

    _still_waits(scene)


def test_what_has_come_back_is_forgotten(scene: Scene) -> None:
    """With the twenty-two back in the file, what is held later is of what there is then."""
    _waiting(scene)
    for number in range(22):
        scene.school.students.append(pupil(10_000 + number))
        scene.school.enrol(scene.school.students[-1])
    scene.pass_night()
    scene.apply()
    gone = [row["Student_Number"] for row in scene.school.students[:40]]
    scene.school.without(*gone)
    scene.pass_night()

    result = scene.apply()

    assert result.exit_code == 3
    assert any(" of 460; allowed are 10" in sentence for sentence in scene.held(result)), scene.held(result)
