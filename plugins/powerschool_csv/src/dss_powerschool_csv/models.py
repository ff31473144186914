"""What the items are: the models of the school vocabulary, as they are."""

from dss.school import Class, Course, Enrollment, Guardian, Student, Teacher

__all__ = ["Class", "Course", "Enrollment", "Guardian", "Student", "Teacher"]
