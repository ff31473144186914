"""Riverbend, the invented school of the example: its people, its timetable and what changes over night.

Everybody here is made up; the e-mail domains (`example.org`, `school.example`) are kept for examples.
"""
