"""The tree: a PowerSchool export in a folder."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from dss.errors import DssError
from dss.sources import Source
from dss.tree import Capability, DataStoreTree, Finding, Specifier
from dss_powerschool_csv import config
from dss_powerschool_csv.branches import CAPABILITIES
from dss_powerschool_csv.client import Exports


class PowerSchool(DataStoreTree):
    """What PowerSchool's AutoSend, Quick Export or Data Export Manager has written into a folder; read only."""

    __branches__: ClassVar[Specifier] = "dss_powerschool_csv.branches/PowerSchoolBranches"
    __importer__: ClassVar[Specifier] = "dss_powerschool_csv.importer/PowerSchoolImporter"
    __template__: ClassVar[Specifier] = "dss_powerschool_csv.templates/PowerSchoolTemplate"

    Options = config.Options
    capabilities: ClassVar[frozenset[Capability]] = CAPABILITIES

    def open_client(self) -> Exports:
        """The files; nothing is opened yet."""
        return Exports(self.options, self._folder)

    def identity(self) -> str:
        """The folder."""
        return f"PowerSchool export in {self._folder.resolve()}"

    @property
    def _folder(self) -> Path:
        return self.config_folder / Path(self.options.folder).expanduser()

    def sources(self) -> Iterable[Source]:
        """The files, as far as they have been read."""
        exports: Exports = self.client
        return exports.sources()

    def check(self) -> Iterable[Finding]:
        """Tell which files would be read, and look at the first rows of each."""
        from dss_powerschool_csv.checking import check

        try:
            return list(check(self, self.client))
        except DssError as error:
            return [Finding("error", str(error))]
