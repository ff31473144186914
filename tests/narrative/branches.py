"""The branches of two trees: what both have in common first, then each tree's own."""

from dss.branches import DataStoreBranch


class Students:
    __branchname__ = "students"


class Teachers:
    __branchname__ = "teachers"


class CSVBranches(DataStoreBranch):
    pass


class CSVStudents(Students, CSVBranches):
    klass = "models.users/Student"


class CSVTeachers(Teachers, CSVBranches):
    pass


class DBBranches(DataStoreBranch):
    pass


class DBStudents(Students, DBBranches):
    klass = "models.users/Student"


class DBTeachers(Teachers, DBBranches):
    pass
