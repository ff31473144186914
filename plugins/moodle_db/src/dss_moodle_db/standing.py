"""Where one person stands in one course, and how that changes; no database here.

Moodle knows three things of a person in a course: one manual enrolment (active or suspended), the roles held in the
course, and the groups of the course the person is in. It does not know in which group somebody has which role. An
enrollment of ours is a class, a person and a role, so the three are read together: a person has in each group of
ours every role held in the course. Only for the rare person with both our roles in one course that says too much;
then the membership itself notes the one role it is for, in `groups_members.itemid`, which Moodle does not look at
while `component` is empty.
"""

from __future__ import annotations

import attrs

EVERY_ROLE = 0
"""What a membership notes when it is for whatever roles the person has in the course."""


def roles_of_membership(note: int, roles: set[int], ours: frozenset[int]) -> set[int]:
    """The roles a membership is for.

    Args:
        note: the membership's `itemid`.
        roles: our roles that the person holds in the course.
        ours: the ids of our roles.
    """
    return roles & {note} if note in ours else set(roles)


@attrs.define
class Standing:
    """One person in one course.

    Attributes:
        ours: the ids of our roles.
        active: whether the manual enrolment is active; None when there is none.
        roles: our roles held in the course by hand or by us, never those another plugin gave.
        other_roles: whether any further role is held there by hand.
        groups: what the membership notes, by group of ours.
    """

    ours: frozenset[int]
    active: bool | None = None
    roles: set[int] = attrs.field(factory=set)
    other_roles: bool = False
    groups: dict[int, int] = attrs.field(factory=dict)

    def copy(self) -> Standing:
        """The same standing, to be changed on its own."""
        return attrs.evolve(self, roles=set(self.roles), groups=dict(self.groups))

    def roles_in(self, group: int) -> set[int]:
        """The roles for which the person is in a group; none when not in it."""
        return (
            roles_of_membership(self.groups[group], self.roles, self.ours) if group in self.groups else set()
        )

    def enrol(self, group: int, role: int) -> None:
        """Let the person be in a class in a role."""
        if self.active is False:
            self._wake(group, role)
        self.active = True
        here = self.roles_in(group) | {role}
        if role not in self.roles and self.roles:
            # what the only role said of every group, each group has to say for itself from now on
            for other in self.groups:
                self._note(other, self.roles_in(other), self.roles | {role})
        self.roles.add(role)
        self._note(group, here, self.roles)

    def leave(self, group: int, role: int) -> None:
        """End a class for the person; the enrolment is suspended with the last one, and never deleted."""
        here = self.roles_in(group)
        if role not in here:
            return
        rest = here - {role}
        if rest:
            self._note(group, rest, self.roles)
        else:
            del self.groups[group]
        if any(role in self.roles_in(other) for other in self.groups):
            return
        if self.other_roles or self.roles - {role}:
            # still there as somebody else: only this role ends
            self.roles.discard(role)
        else:
            self.active = False

    def disable(self, group: int, role: int) -> None:
        """Suspend the person in a class. Moodle suspends for a course: beside another class, this one ends instead."""
        if role not in self.roles_in(group):
            return
        if len(self.groups) > 1 or self.roles_in(group) != {role} or self.other_roles or self.roles - {role}:
            self.leave(group, role)
        else:
            self.active = False

    def _wake(self, group: int, role: int) -> None:
        """Come back for one class: what else was left from before the suspension does not come back with it."""
        here = group in self.groups
        self.groups.clear()
        if here:
            self.groups[group] = EVERY_ROLE
        self.roles &= {role}

    def _note(self, group: int, roles: set[int], held: set[int]) -> None:
        self.groups[group] = EVERY_ROLE if roles == held else min(roles, default=EVERY_ROLE)
