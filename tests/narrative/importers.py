"""Where the branches' items come from: one importer yields records, the other makes the items itself."""

from collections.abc import Iterator
from typing import Any

from dss.importers import DefaultImporter

EXPORT = {
    "students": [("12345", "Ada Lee"), ("12346", "Bo Ek"), ("12347", "Cy Im")],
    "teachers": [("9", "Dee Ort")],
}
DATABASE = {
    "students": [("12345", "Ada Lee"), ("12346", "Bo Eck"), ("12340", "Flo Ry")],
    "teachers": [],
}


class CSV(DefaultImporter):
    def readin_branch(self, branch: Any) -> Iterator[dict[str, str]]:
        """Yield what the export has."""
        for idnumber, name in EXPORT[branch.__branchname__]:
            yield {"idnumber": idnumber, "name": name}


class DB(DefaultImporter):
    def readin_branch(self, branch: Any) -> None:
        """Make what the database has."""
        for idnumber, name in DATABASE[branch.__branchname__]:
            branch.make(idnumber, name=name)
