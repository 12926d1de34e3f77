"""ops.archive: an install in one file: the database, the key, and what tells whether both are whole.

A zip, so that anybody can look into it for as long as there are computers:
    database.sql   what pg_dump wrote: all tables of ours at one instant; the queue is left out and made anew
    secret_key     signs sessions, and opens what is encrypted in the database
    tenth.json     written last: when, by what, the migrations that had been applied, and the checksums

    contents  what an archive says of itself, and what is in a database
    dump      the grammar of database.sql; both sides hold to it
    write     makes an archive          read    opens and checks one
    restore   replaces what is here     load    fills the tables, in one transaction
    key       the key follows the data
"""

from ops.archive.contents import ArchiveError, Contents, Made
from ops.archive.read import check
from ops.archive.restore import Restored, restore
from ops.archive.write import note, write

__all__ = ["ArchiveError", "Contents", "Made", "Restored", "check", "note", "restore", "write"]
