"""Moodle's own table definitions, as its `lib/db/install.xml` gives them, for databases that we make."""
