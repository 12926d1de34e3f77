"""feedserver.arxiv_feed: arXiv's announcement feeds in RSS 2.0 and Atom 1.0, one announcement day at a time."""

import hashlib
from datetime import UTC, date, datetime, time, timedelta
from email.utils import format_datetime

from .markup import DECLARATION, escape, lines, tag
from .reply import Reply
from .world import ARCHIVES, CATEGORIES, EASTERN, Announcement, World, batch_before

RSS = (
    '<rss xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns:atom="http://www.w3.org/2005/Atom" xmlns:content="http://purl.org/rss/1.0/modules/content/" version="2.0">\n'
)
ATOM = (
    '<feed xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
    'xmlns="http://www.w3.org/2005/Atom" xml:lang="en-us">\n'
)


def reply(world: World, now: datetime, form: str, query: str, *, stale: bool = False) -> Reply:
    """Return the `rss` or `atom` feed of one or more archives or categories, joined by `+`.

    A stale feed contains the previous batch under today's date.
    """
    day = world.today(now)
    address = f"http://rss.arxiv.org/{form}/{query}"
    names = []
    for name in query.split("+"):
        archive = name.split(".")[0].lower()
        if archive not in ARCHIVES:
            valid = ", ".join(sorted(ARCHIVES))
            return _error(form, address, day, f"Bad archive '{archive}'. Valid archive names are: {valid}.")
        if name.lower() not in CATEGORIES:
            return _error(form, address, day, f"Bad subject class '{name.split('.')[1]}'.")
        names.append(CATEGORIES[name.lower()])
    announcements = world.announcements(batch_before(day) if stale else day, names)
    draw = _rss if form == "rss" else _atom
    body = draw(address, " + ".join(names), day, now, announcements).encode()
    midnight = datetime.combine(day + timedelta(days=1), time(), EASTERN)
    return Reply(
        body=body,
        content_type=f"application/{form}+xml",
        headers={
            "ETag": hashlib.sha256(body).hexdigest(),  # without quotes, as arXiv sends it
            "Cache-Control": f"max-age={max(0, int((midnight - now).total_seconds()))}",
        },
    )


def _built(day: date) -> datetime:
    return (datetime.combine(day, time(), EASTERN) + timedelta(seconds=2)).astimezone(UTC)


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), EASTERN)


def _creators(announcement: Announcement) -> str:
    """Return one string, with commas both between authors and inside affiliations."""
    authors = announcement.paper.text.authors
    return ", ".join(
        f"{author.name} ({author.affiliation})" if author.affiliation else author.name for author in authors
    )


def _summary(announcement: Announcement) -> str:
    return (
        f"arXiv:{announcement.paper.id}v{announcement.version} Announce Type: {announcement.type} \n"
        f"Abstract: {announcement.paper.abstract_of(announcement.version)}"
    )


def _rss_head(title: str, address: str, description: str, day: date) -> str:
    return lines(
        4,
        tag("title", title),
        tag("link", address),
        tag("description", description),
        f'<atom:link href="{escape(address)}" rel="self" type="application/rss+xml"/>',
        tag("docs", "http://www.rssboard.org/rss-specification"),
        tag("language", "en-us"),
        tag("lastBuildDate", format_datetime(_built(day))),
        tag("managingEditor", "rss-help@arxiv.org"),
        tag("pubDate", format_datetime(_midnight(day))),
    )


def _rss(address: str, names: str, day: date, now: datetime, announcements: list[Announcement]) -> str:
    head = _rss_head(
        f"{names} updates on arXiv.org", address, f"{names} updates on the arXiv.org e-print archive.", day
    )
    skip = lines(4, "<skipDays>", "  <day>Saturday</day>", "  <day>Sunday</day>", "</skipDays>")
    items = "".join(_rss_item(announcement, format_datetime(_midnight(day))) for announcement in announcements)
    return f"{DECLARATION}{RSS}  <channel>\n{head}{skip}{items}  </channel>\n</rss>\n"


def _rss_item(announcement: Announcement, published: str) -> str:
    text = announcement.paper.text
    inside = lines(
        6,
        tag("title", text.title),
        tag("link", f"https://arxiv.org/abs/{announcement.paper.id}"),
        tag("description", _summary(announcement)),
        tag("guid", f"oai:arXiv.org:{announcement.paper.id}v{announcement.version}", 'isPermaLink="false"'),
        *(tag("category", category) for category in text.categories),
        tag("pubDate", published),
        tag("arxiv:announce_type", announcement.type),
        tag("dc:rights", text.licence),
        tag("arxiv:DOI", text.doi),
        tag("arxiv:journal_reference", text.journal_ref),
        tag("dc:creator", _creators(announcement)),
    )
    return f"    <item>\n{inside}    </item>\n"


def _atom(address: str, names: str, day: date, now: datetime, announcements: list[Announcement]) -> str:
    head = lines(
        2,
        tag("id", address),
        tag("title", f"{names} updates on arXiv.org"),
        tag("updated", _built(day).isoformat()),
        f'<link href="{escape(address)}" rel="self" type="application/atom+xml"/>',
        tag("subtitle", f"{names} updates on the arXiv.org e-print archive."),
    )
    entries = "".join(_atom_entry(announcement, _midnight(day).isoformat(), now) for announcement in announcements)
    return f"{DECLARATION}{ATOM}{head}{entries}</feed>\n"


def _atom_entry(announcement: Announcement, published: str, now: datetime) -> str:
    text = announcement.paper.text
    inside = lines(
        4,
        tag("id", f"oai:arXiv.org:{announcement.paper.id}v{announcement.version}"),
        tag("title", text.title),
        tag("updated", now.astimezone(UTC).isoformat()),  # the time of the build, not of the paper
        f'<link href="https://arxiv.org/abs/{announcement.paper.id}" rel="alternate" type="text/html"/>',
        tag("summary", _summary(announcement)),
        *(f'<category term="{category}"/>' for category in text.categories),
        tag("published", published),
        tag("arxiv:announce_type", announcement.type),
        tag("dc:rights", text.licence),
        tag("arxiv:journal_reference", text.journal_ref),
        tag("arxiv:DOI", text.doi),
        tag("dc:creator", _creators(announcement)),
    )
    return f"  <entry>\n{inside}  </entry>\n"


def _error(form: str, address: str, day: date, message: str) -> Reply:
    """Return a feed that is valid, empty, and says what was wrong."""
    title = f"Feed error for query: {address}"
    if form == "rss":
        text = f"{DECLARATION}{RSS}  <channel>\n{_rss_head(title, address, message, day)}  </channel>\n</rss>\n"
    else:
        inside = lines(
            2,
            tag("id", address),
            tag("title", title),
            tag("updated", _built(day).isoformat()),
            tag("subtitle", message),
        )
        text = f"{DECLARATION}{ATOM}{inside}</feed>\n"
    return Reply(status=400, body=text.encode(), content_type=f"application/{form}+xml")
