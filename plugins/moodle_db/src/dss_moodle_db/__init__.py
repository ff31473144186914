"""Reads and writes a Moodle database."""
