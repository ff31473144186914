"""Reads a PowerSchool export from a folder of files."""
