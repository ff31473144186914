"""Everything together: two trees, read in, compared, brought into step."""

from dss.tree import DataStoreTree


class CSVTree(DataStoreTree):
    __branches__ = "branches/CSVBranches"
    __importer__ = "importers/CSV"
    __template__ = "templates/CSV"


class DatabaseTree(DataStoreTree):
    __branches__ = "branches/DBBranches"
    __importer__ = "importers/DB"
    __template__ = "templates/DB"


if __name__ == "__main__":
    csv_tree = CSVTree()
    db_tree = DatabaseTree()

    +csv_tree
    +db_tree

    for action in csv_tree - db_tree:
        print(action.message)  # noqa: T201

    csv_tree >> db_tree

    csv_tree > db_tree
