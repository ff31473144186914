"""Reads and writes a Moodle database: users, courses, cohorts, groups and enrolments."""
