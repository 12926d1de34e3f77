"""ops.archive: a whole install in one file: the database, the key, and checksums that show both are intact.

It is a zip, so anybody can open it with any tool:
    database.sql   pg_dump's output: all our tables at one instant; the queue is left out and created afresh
    secret_key     signs sessions and decrypts the encrypted values in the database
    tenth.json     written last: date, version, applied migrations, and checksums

        contents  the description inside an archive, and the contents of a database
        dump      the grammar of database.sql, shared by both sides
        write     makes an archive          read    opens and checks one
        restore   replaces the data here    load    fills the tables, in one transaction
        key       switches the key together with the data
"""

from ops.archive.contents import ArchiveError, Contents, Made
from ops.archive.read import check
from ops.archive.restore import Restored, restore
from ops.archive.write import note, write

__all__ = ["ArchiveError", "Contents", "Made", "Restored", "check", "note", "restore", "write"]
