"""ops.archive: malicious files, with matching checksums, since whoever crafts one can compute those too."""

import itertools
import json
import re
import warnings
import zipfile

import pytest

from ops import archive
from ops.archive import dump, read

from .install import refused, rewritten

STATEMENTS = {
    "a command of the shell": r"\! touch {file}",
    "a command of the shell after a key": "\\restrict x\\! touch {file}",
    "a file of commands": r"\i {file}",
    "output into a command": "\\o |touch {file}\nSELECT 1;",
    "an answer into a command": r"SELECT 1 \g |touch {file}",
    "an answer run as a statement": r"SELECT 'DROP TABLE public.papers_paper' \gexec",
    "backticks": r"\set x `touch {file}`",
    "a copy by psql": r"\copy public.papers_paper to program 'touch {file}'",
    "another database": r"\connect postgres",
    "a copy into a command": "COPY public.papers_paper TO PROGRAM 'touch {file}';",
    "a copy from a command": "COPY public.papers_paper (title) FROM PROGRAM 'touch {file}';",
    "a copy from a file": "COPY public.papers_paper (title) FROM '/etc/passwd';",
    "a copy into a file": "COPY (SELECT 1) TO '{file}';",
    "a copy with a condition": "COPY public.papers_paper (id) FROM stdin WHERE pg_read_file('/etc/passwd') = '';\n\\.",
    "a copy behind a setting": "SET a = 1; COPY (SELECT 1) TO '{file}';",
    "a block of code": "DO $$ BEGIN COPY (SELECT 1) TO PROGRAM 'touch {file}'; END $$;",
    "a function": "CREATE FUNCTION public.f() RETURNS int LANGUAGE sql AS 'SELECT 1';",
    "a procedure that is called": "CALL public.f();",
    "a trigger": "CREATE TRIGGER t BEFORE INSERT ON public.papers_paper EXECUTE FUNCTION public.f();",
    "a trigger on events": "CREATE EVENT TRIGGER t ON ddl_command_end EXECUTE FUNCTION public.f();",
    "a rule": "CREATE RULE r AS ON INSERT TO public.papers_paper DO ALSO SELECT pg_read_file('/etc/passwd');",
    "a policy": "CREATE POLICY p ON public.papers_paper USING (pg_read_file('/etc/passwd') = '');",
    "an extension": "CREATE EXTENSION dblink;",
    "a language": "CREATE LANGUAGE plpython3u;",
    "a foreign server": "CREATE SERVER s FOREIGN DATA WRAPPER file_fdw;",
    "a subscription": "CREATE SUBSCRIPTION s CONNECTION 'host=evil.example' PUBLICATION p;",
    "a setting of the server": "ALTER SYSTEM SET archive_command = 'touch {file}';",
    "a setting of the database": "ALTER DATABASE tenth SET search_path = evil;",
    "another role": "SET ROLE postgres;",
    "another role as a setting": "SET role = 'postgres';",
    "another account": "SET SESSION AUTHORIZATION postgres;",
    "another account as a setting": "SET session_authorization = 'postgres';",
    "another encoding": "SET client_encoding = 'LATIN1';",
    "a role": "CREATE ROLE evil SUPERUSER;",
    "a grant": "GRANT pg_execute_server_program TO tenth;",
    "a view": "CREATE VIEW public.papers_v AS SELECT pg_read_file('/etc/passwd');",
    "a materialized view": "CREATE MATERIALIZED VIEW public.papers_m AS SELECT pg_read_file('/etc/passwd');",
    "a query": "SELECT lo_import('/etc/passwd');",
    "a query in place of a number": "SELECT pg_catalog.setval('public.papers_paper_id_seq', (SELECT 1), true);",
    "a query beside a number": "SELECT pg_catalog.setval('public.papers_paper_id_seq', 1, true), version();",
    "a row by itself": "INSERT INTO public.papers_paper (title) VALUES ('x');",
    "a deletion": "DELETE FROM public.papers_paper;",
    "a table taken away": "DROP TABLE public.papers_paper;",
    "an end of the transaction": "COMMIT;",
}


def put_in(backup, path, text, before):
    """Write a copy of the archive with this text inserted before a line of its SQL."""

    def changed(sql):
        assert before in sql
        return sql.replace(before, text.encode() + b"\n" + before, 1)

    return rewritten(backup, path, changed)


PLACES = (b"SET statement_timeout", b"CREATE TABLE", b"COPY public.papers_paper ", b"--\n-- PostgreSQL database dump c")


@pytest.mark.parametrize(("kind", "before"), list(zip(STATEMENTS, itertools.cycle(PLACES), strict=False)))
def test_a_statement_that_does_not_create_a_table_is_refused(backup, tmp_path, kind, before):
    text = STATEMENTS[kind].format(file=tmp_path / "was here")
    bad = put_in(backup, tmp_path / "bad.zip", text, before)
    with pytest.raises(archive.ArchiveError, match=r"in database\.sql, its line [\d,]+ is not something Tenth writes"):
        archive.check(bad)


def test_the_command_refuses_in_one_sentence_and_changes_nothing(backup, guest, tmp_path):
    text = STATEMENTS["a command of the shell"].format(file=tmp_path / "was here")
    refused(
        guest.manage("restore", put_in(backup, tmp_path / "bad.zip", text, b"CREATE TABLE")),
        "is not something Tenth writes",
    )
    assert not (tmp_path / "was here").exists()
    assert guest.rows() == {"sequences": []}


HIDDEN = r"""
CREATE TABLE public.papers_evil AS SELECT pg_read_file('/etc/passwd') AS line;
CREATE TABLE public.papers_gates (a text DEFAULT pg_read_file('/etc/passwd')); \! touch {file}
ALTER TABLE public.papers_paper ALTER COLUMN title SET DEFAULT lo_import('/etc/passwd');
ALTER TABLE public.papers_paper ADD CHECK (lo_import('/etc/passwd') > 0);
ALTER TABLE public.papers_paper ADD COLUMN evil oid GENERATED ALWAYS AS (lo_import('/etc/passwd')) STORED;
ALTER TABLE public.papers_paper OWNER TO postgres;
CREATE INDEX evil ON public.papers_paper (query_to_xml('COPY (SELECT 1) TO PROGRAM ''touch {file}''', true, true, ''));
CREATE STATISTICS public.evil ON (lo_import('/etc/passwd')), id FROM public.papers_paper;
COMMENT ON TABLE public.papers_paper IS '
SELECT lo_import(''/etc/passwd'');
\! touch {file}
';
"""
SHAPE = """
    SELECT attrelid::regclass::text, attname::text, atttypid::regtype::text, pg_get_expr(adbin, adrelid)
    FROM pg_attribute JOIN pg_class c ON c.oid = attrelid LEFT JOIN pg_attrdef ON adrelid = attrelid AND adnum = attnum
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S') AND NOT attisdropped
    UNION SELECT conrelid::regclass::text, conname, contype::text, pg_get_constraintdef(oid) FROM pg_constraint
    WHERE connamespace = 'public'::regnamespace
    UNION SELECT tablename, indexname, '', indexdef FROM pg_indexes WHERE schemaname = 'public'
    UNION SELECT proname, '', '', '' FROM pg_proc WHERE pronamespace = 'public'::regnamespace
    UNION SELECT oid::text, '', '', '' FROM pg_largeobject_metadata
    UNION SELECT stxname, '', '', '' FROM pg_statistic_ext
"""


def test_tables_come_from_our_migrations_whatever_the_file_says(backup, guest, used, tmp_path):
    text = HIDDEN.format(file=tmp_path / "was here").strip()
    result = guest.manage("restore", put_in(backup, tmp_path / "bad.zip", text, b"COPY public.axes_accessattempt "))
    assert result.returncode == 0, result.stderr
    assert not (tmp_path / "was here").exists()
    with guest.connect() as database:
        shape = set(database.execute(SHAPE).fetchall())
    with used.running(), used.connect() as database:
        assert set(database.execute(SHAPE).fetchall()) == shape
        expected = used.rows()
    assert guest.rows() == expected


@pytest.mark.parametrize(
    ("pattern", "by", "sentence"),
    [
        (rb"COPY public\.papers_vote \(", b"COPY pg_catalog.pg_authid (", "in the wrong schema"),
        (rb"COPY public\.papers_vote \(", b"COPY public.papers_paper (", "'papers_paper' appears twice"),
        (rb"COPY public\.papers_vote \(", b"COPY public.pg_authid (", "papers_vote is missing from the backup"),
        (
            rb"COPY public\.papers_vote \(id, ",
            b"COPY public.papers_vote (",
            "the backup's columns of papers_vote differ",
        ),
        (
            rb"COPY public\.papers_vote \(id, ",
            b"COPY public.papers_vote (id, id, ",
            "the backup's columns of papers_vote differ",
        ),
        (rb"setval\('public\.papers_vote_id_seq', \d+", b"setval('public.other', 1", "papers_vote_id_seq is missing"),
        (
            rb"setval\('public\.papers_vote_id_seq', \d+",
            b"setval('public.papers_vote_id_seq', 9999999999999999999",
            "out of range",
        ),
        (rb"\tpapers\t0001_first\t", b"\tpapers\t0009_other\t", "do not match those in its database"),
        (rb"\tPaper 7\t", b"\tPaper 7", "malformed array literal"),
        (rb"\n\\\.\n\n\n(--[^\n]*\n){3}\nSELECT", b"\nSELECT", "is not a backup made by Tenth"),
        (rb"(COPY public\.papers_name [^\n]*\n)", rb"\1\\N\t1\t1\t1\n", "papers_name"),
    ],
)
def test_rows_that_do_not_fit_are_refused_and_leave_nothing_behind(backup, guest, tmp_path, pattern, by, sentence):
    def changed(sql):
        return re.subn(pattern, by, sql, count=1)[0]

    bad = rewritten(backup, tmp_path / "bad.zip", changed)
    result = guest.manage("restore", bad)
    refused(result, sentence)
    assert guest.rows() == {"sequences": []}
    assert not (guest.var / "secret_key.restored").exists()


def test_migrations_without_their_dependencies_are_refused(backup, tmp_path):
    with zipfile.ZipFile(backup) as good:
        migrations = json.loads(good.read("tenth.json"))["migrations"]
    fewer = [migration for migration in migrations if migration != ["papers", "0001_first"]]
    with pytest.raises(archive.ArchiveError, match=r"the migration papers\.0001_first is missing"):
        archive.check(rewritten(backup, tmp_path / "fewer.zip", migrations=fewer))


# ── sizes and parts ──────────────────────────────────────────────────────────────────────────


def test_a_zip_bomb_is_refused_without_unpacking(backup, tmp_path):
    bad = rewritten(backup, tmp_path / "bad.zip", lambda sql: sql + b"\n" * 80_000_000, packed=zipfile.ZIP_DEFLATED)
    assert bad.stat().st_size < 1_000_000
    with pytest.raises(archive.ArchiveError, match=r"part of it would unpack to 8\d,\d{3},\d{3} bytes"):
        archive.check(bad)


def test_a_backup_larger_than_the_free_disk_space_is_refused(backup, monkeypatch):
    monkeypatch.setattr(read, "_free", lambda: 1000)
    monkeypatch.setattr(read.settings, "EMBEDDED", True)
    with pytest.raises(archive.ArchiveError, match="but the database's disk has only 1,000 free"):
        archive.check(backup)


@pytest.mark.parametrize("announced", [10, 2_000_000_000])
def test_a_part_that_lies_about_its_size_is_refused(backup, tmp_path, announced):
    with zipfile.ZipFile(backup) as good:
        size = good.getinfo("database.sql").file_size.to_bytes(4, "little")
    head, _, tail = backup.read_bytes().rpartition(size)
    (tmp_path / "bad.zip").write_bytes(head + announced.to_bytes(4, "little") + tail)
    with pytest.raises(archive.ArchiveError, match=r"is damaged|would unpack to"):
        archive.check(tmp_path / "bad.zip")


def test_an_overlong_row_is_refused(backup, tmp_path, monkeypatch):
    monkeypatch.setattr(dump, "LONGEST", 1 << 20)
    bad = rewritten(backup, tmp_path / "bad.zip", lambda sql: sql.replace(b"Paper 7", b"7" * (1 << 20), 1))
    with pytest.raises(archive.ArchiveError, match=r"its line [\d,]+ is longer than 1 MB"):
        archive.check(bad)


@pytest.mark.parametrize(
    "name", ["../secret_key", "/etc/cron.d/evil", "link", "database.sql", "secret_key", "tenth.json"]
)
def test_an_extra_part_is_refused(backup, tmp_path, name):
    bad = rewritten(backup, tmp_path / "bad.zip")
    with zipfile.ZipFile(bad, "a") as more:
        entry = zipfile.ZipInfo(name)
        entry.external_attr = 0o120777 << 16  # a symbolic link
        content = more.read("tenth.json") if name == "tenth.json" else b"/etc/passwd"
        with warnings.catch_warnings(action="ignore"):  # zipfile warns about duplicates
            more.writestr(entry, content)
    with pytest.raises(archive.ArchiveError, match="is not a backup made by Tenth: it must hold"):
        archive.check(bad)


@pytest.mark.parametrize("name", ["secret_key", "tenth.json"])
def test_an_oversized_small_part_is_refused(backup, tmp_path, name):
    changes = {"key": b"k" * 100_000} if name == "secret_key" else {"tenth": "x" * 100_000}
    with pytest.raises(archive.ArchiveError, match="part of it would unpack to"):
        archive.check(rewritten(backup, tmp_path / "bad.zip", **changes))


@pytest.mark.parametrize("packed", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_compression_that_python_unpacks_without_limit_is_refused(backup, tmp_path, packed):
    with pytest.raises(archive.ArchiveError, match="compressed in another way"):
        archive.check(rewritten(backup, tmp_path / "bad.zip", packed=packed))


def test_a_huge_table_of_contents_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as bad:
        for number in range(90_000):
            bad.writestr(zipfile.ZipInfo(f"{number}"), b"")
    with pytest.raises(archive.ArchiveError, match="its table of contents is too long"):
        archive.check(tmp_path / "bad.zip")


@pytest.mark.parametrize(
    "manifest",
    [
        {"counts": {"\x1b[2J": 1}},
        {"counts": {"people": "\x1b[2J"}},
        {"tenth": "\x1b[2J"},
        {"schema": "\x1b[2J"},
        {"schema": None},
        {"migrations": []},
        {"migrations": [["papers", "\x1b[2J"]]},
        {"migrations": [["papers"]]},
        {"migrations": 7},
        {"made_at": "yesterday"},
        {"format": "1"},
    ],
)
def test_an_implausible_manifest_is_refused(backup, tmp_path, manifest):
    with pytest.raises(archive.ArchiveError, match="is not a backup made by Tenth") as error:
        archive.check(rewritten(backup, tmp_path / "bad.zip", **manifest))
    assert str(error.value).isprintable()


def test_a_deeply_nested_manifest_is_refused(tmp_path):
    with zipfile.ZipFile(tmp_path / "bad.zip", "w") as bad:
        bad.writestr("tenth.json", "[" * 60_000)
    with pytest.raises(archive.ArchiveError, match="is not a backup made by Tenth"):
        archive.check(tmp_path / "bad.zip")


# ── the key ──────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    "key", ["", "short", "a" * 60, "abcde" * 12 + "\nX=1", "abcde" * 12 + "\x1b", b"\xff\xfe" * 40]
)
def test_a_key_that_settings_would_reject_is_refused(backup, tmp_path, key):
    key = key.encode() if isinstance(key, str) else key
    with pytest.raises(archive.ArchiveError, match="has no usable key"):
        archive.check(rewritten(backup, tmp_path / "bad.zip", key=key))


def test_secrets_that_the_key_cannot_decrypt_are_reported(used, backup, guest, server, tmp_path):
    code = "import django; django.setup(); from papers.models import Channel, Person; "
    code += "ada = Person.objects.create_user('ada@team.example', name='Ada'); "
    code += "Channel.objects.create(name='papers', kind='slack', address='https://chat.example/1', created_by=ada)"
    assert guest.manage("restore", backup).returncode == 0
    assert guest.python("-c", code).returncode == 0
    assert guest.manage("backup", tmp_path / "with a secret.zip").returncode == 0
    again = guest.manage("restore", "--force", tmp_path / "with a secret.zip")
    assert again.returncode == 0, again.stderr
    assert "cannot be decrypted" not in again.stdout
    other = rewritten(tmp_path / "with a secret.zip", tmp_path / "other.zip", key=b"another-key-altogether-" * 3)
    result = guest.manage("restore", "--force", other)
    assert result.returncode == 0, result.stderr
    assert "1 of the channels' addresses and signing keys were encrypted with another key" in result.stdout
