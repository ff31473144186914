-- The tables of the library program, as it makes them itself.
--
-- `number` is what the school knows a record by; who came in from the village has none, or any.
-- `origin` says who looks after a record: 'desk' (typed in at the lending desk), 'staff' (the library's
-- own), or a name that another program has chosen for what it brings.

CREATE TABLE reader (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    number TEXT UNIQUE,
    given_name TEXT,
    family_name TEXT,
    email TEXT,
    login TEXT UNIQUE,
    active INTEGER NOT NULL DEFAULT 1,
    origin TEXT NOT NULL DEFAULT 'desk'
);

CREATE TABLE reader_group (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    number TEXT UNIQUE,
    name TEXT,
    origin TEXT NOT NULL DEFAULT 'desk'
);

CREATE TABLE group_member (
    group_id INTEGER NOT NULL REFERENCES reader_group (id) ON DELETE CASCADE,
    reader_id INTEGER NOT NULL REFERENCES reader (id) ON DELETE CASCADE,
    PRIMARY KEY (group_id, reader_id)
) WITHOUT ROWID;

CREATE TABLE book (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    number TEXT UNIQUE,
    title TEXT,
    origin TEXT NOT NULL DEFAULT 'desk'
);

-- A book that is out cannot be taken off the shelves, nor a reader out of the file who has one.
CREATE TABLE loan (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    reader_id INTEGER NOT NULL REFERENCES reader (id),
    book_id INTEGER NOT NULL REFERENCES book (id),
    due TEXT,
    origin TEXT NOT NULL DEFAULT 'desk',
    UNIQUE (reader_id, book_id)
);

-- What the screens at the desk are refreshed by: the numbers of records that have changed. Loans are not in it.
CREATE TABLE change (
    nr INTEGER PRIMARY KEY AUTOINCREMENT,
    what TEXT NOT NULL,
    number TEXT NOT NULL
);

CREATE TRIGGER reader_comes AFTER INSERT ON reader WHEN NEW.number IS NOT NULL BEGIN
    INSERT INTO change (what, number) VALUES ('reader', NEW.number);
END;
CREATE TRIGGER reader_changes AFTER UPDATE ON reader BEGIN
    INSERT INTO change (what, number)
        SELECT 'reader', n FROM (SELECT OLD.number AS n UNION SELECT NEW.number) WHERE n IS NOT NULL;
    INSERT INTO change (what, number)
        SELECT 'reader_group', g.number FROM reader_group g JOIN group_member m ON m.group_id = g.id
        WHERE m.reader_id = NEW.id AND g.number IS NOT NULL;
END;
CREATE TRIGGER reader_goes AFTER DELETE ON reader WHEN OLD.number IS NOT NULL BEGIN
    INSERT INTO change (what, number) VALUES ('reader', OLD.number);
END;

CREATE TRIGGER group_comes AFTER INSERT ON reader_group WHEN NEW.number IS NOT NULL BEGIN
    INSERT INTO change (what, number) VALUES ('reader_group', NEW.number);
END;
CREATE TRIGGER group_changes AFTER UPDATE ON reader_group BEGIN
    INSERT INTO change (what, number)
        SELECT 'reader_group', n FROM (SELECT OLD.number AS n UNION SELECT NEW.number) WHERE n IS NOT NULL;
END;
CREATE TRIGGER group_goes AFTER DELETE ON reader_group WHEN OLD.number IS NOT NULL BEGIN
    INSERT INTO change (what, number) VALUES ('reader_group', OLD.number);
END;
CREATE TRIGGER member_comes AFTER INSERT ON group_member BEGIN
    INSERT INTO change (what, number)
        SELECT 'reader_group', number FROM reader_group WHERE id = NEW.group_id AND number IS NOT NULL;
END;
CREATE TRIGGER member_goes AFTER DELETE ON group_member BEGIN
    INSERT INTO change (what, number)
        SELECT 'reader_group', number FROM reader_group WHERE id = OLD.group_id AND number IS NOT NULL;
END;

CREATE TRIGGER book_comes AFTER INSERT ON book WHEN NEW.number IS NOT NULL BEGIN
    INSERT INTO change (what, number) VALUES ('book', NEW.number);
END;
CREATE TRIGGER book_changes AFTER UPDATE ON book BEGIN
    INSERT INTO change (what, number)
        SELECT 'book', n FROM (SELECT OLD.number AS n UNION SELECT NEW.number) WHERE n IS NOT NULL;
END;
CREATE TRIGGER book_goes AFTER DELETE ON book WHEN OLD.number IS NOT NULL BEGIN
    INSERT INTO change (what, number) VALUES ('book', OLD.number);
END;
