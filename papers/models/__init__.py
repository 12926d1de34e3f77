"""models: the tables, one module per subject, each with its QuerySet."""

from .article import Article
from .author import Author, Authorship
from .channel import Channel
from .comment import Comment
from .cursor import Cursor
from .event import Event
from .fact import Fact, Inquiry
from .job import Job
from .lookup import Lookup, LookupPause
from .news import News
from .operations import Backup, Heartbeat
from .paper import Name, Paper, Version
from .person import OneTimeLink, Person
from .project import Application, Check, Project, Result
from .share import Share, ShareLink
from .source import FetchLog, Host, Sighting, Source
from .stage import Stage
from .vote import Vote

__all__ = [
    "Application",
    "Article",
    "Author",
    "Authorship",
    "Backup",
    "Channel",
    "Check",
    "Comment",
    "Cursor",
    "Event",
    "Fact",
    "FetchLog",
    "Heartbeat",
    "Host",
    "Inquiry",
    "Job",
    "Lookup",
    "LookupPause",
    "Name",
    "News",
    "OneTimeLink",
    "Paper",
    "Person",
    "Project",
    "Result",
    "Share",
    "ShareLink",
    "Sighting",
    "Source",
    "Stage",
    "Version",
    "Vote",
]
