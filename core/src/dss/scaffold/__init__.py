"""A connector's project made anew: a copy of the one in the folder `project`, which works as it is, by another name."""

from dss.scaffold.names import MOST, Names, names_of
from dss.scaffold.writing import MIT, project_files, write_project

__all__ = ["MIT", "MOST", "Names", "names_of", "project_files", "write_project"]
