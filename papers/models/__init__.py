"""models: what the database keeps, one module a thing, each with its QuerySet."""

from .author import Author, Authorship
from .comment import Comment
from .event import Event
from .paper import Name, Paper, Version
from .person import LastAdminError, OneTimeLink, Person
from .project import Application, Check, Project, Result
from .source import FetchLog, Host, Sighting, Source
from .stage import Stage
from .vote import Vote

__all__ = [
    "Application",
    "Author",
    "Authorship",
    "Check",
    "Comment",
    "Event",
    "FetchLog",
    "Host",
    "LastAdminError",
    "Name",
    "OneTimeLink",
    "Paper",
    "Person",
    "Project",
    "Result",
    "Sighting",
    "Source",
    "Stage",
    "Version",
    "Vote",
]
