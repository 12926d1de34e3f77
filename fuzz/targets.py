"""fuzz.targets: what is fed: functions that read outside text, with what must hold of their results."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from random import Random

from papers import identity, names, tex, words, wrappers
from papers.intake import draft, formulas, match, render, tex_html
from papers.sources import article, dates, feed, lists, opml, remarks, repositories, typed
from papers.sources.text import text_of
from papers.sources.wire.fetch import Reply
from papers.sources.wire.sentences import FetchError

from . import mutate, seeds

NOW = datetime(2026, 3, 4, 9, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Target:
    """One kind of input: how to make one, what to do with it, and its share of all inputs."""

    share: float
    make: Callable[[Random], str | bytes]
    check: Callable[[str | bytes], None]


def build(files: Sequence[bytes] = ()) -> dict[str, Target]:
    """All targets. The `files` are mutated as well as the seeds."""
    texts = [*seeds.TEXTS, *seeds.ADDRESSES, *(each.decode("utf-8", "replace")[:2_000] for each in files)]
    markup = [*(each.encode() for each in seeds.FEEDS), *(each for each in files if each.lstrip()[:1] in (b"<", b"{"))]
    outlines = [seeds.OPML.encode(), *(each for each in files if b"<opml" in each)]
    addresses = [*seeds.ADDRESSES, *(address for each in files for address in _addresses(each))]
    return {
        "address": Target(40, partial(mutate.text, seeds=addresses), _address),
        "words": Target(16, partial(mutate.text, seeds=texts), _words),
        "tex": Target(16, partial(mutate.text, seeds=texts), _tex),
        "remarks": Target(10, partial(mutate.text, seeds=texts), _remarks),
        "html": Target(6, partial(mutate.text, seeds=[*seeds.TEXTS, *seeds.FEEDS]), _html),
        "opml": Target(5, partial(mutate.data, seeds=outlines), _opml),
        "feed": Target(6, partial(mutate.data, seeds=markup), _feed),
        "list": Target(4, partial(mutate.text, seeds=seeds.LISTS), _list),
        "page": Target(0.3, partial(mutate.data, seeds=[_PAGE.encode()]), _page),
        "date": Target(0.2, partial(mutate.text, seeds=seeds.TEXTS[-3:]), _date),
    }


def _addresses(data: bytes) -> list[str]:
    return [part.partition("<")[0][:300] for part in data.decode("utf-8", "replace").split('"')[:40] if "://" in part][
        :5
    ]


def _address(value: str | bytes) -> None:
    assert isinstance(value, str)
    for name in identity.names_in(value):
        assert 0 < len(name.value) <= identity.LONGEST
        assert name.value.isprintable()
    link = identity.canonical_link(value)
    assert identity.canonical_link(link) == link, "the canonical spelling has another one"
    assert len(identity.entry_name(1, value).value) <= identity.LONGEST
    identity.author_key(value)
    names.parts(value)
    typed.feed_of(value)
    target = wrappers.unwrap(value)
    assert target == value or target.startswith(("http://", "https://"))


def _words(value: str | bytes) -> None:
    assert isinstance(value, str)
    assert words.index(value).isascii()
    words.query(value)
    folded = identity.fold(value)
    assert identity.fold(folded) == folded


def _tex(value: str | bytes) -> None:
    assert isinstance(value, str)
    tex.plain(value)
    rendered = tex_html.render(value)
    assert "<script" not in rendered.lower()
    assert "<svg" not in rendered.lower()


def _remarks(value: str | bytes) -> None:
    assert isinstance(value, str)
    remarks.standing_of(value, value, value, value)
    repositories.find(value, content_html=value)


def _html(value: str | bytes) -> None:
    assert isinstance(value, str)
    value = identity.strip_controls(value)  # as intake does first
    cleaned = render.clean(formulas.render(value))
    assert "<script" not in cleaned.lower()
    assert "onload=" not in cleaned.lower().replace("&", "<") or "<svg" not in cleaned
    text_of(value)


def _opml(value: str | bytes) -> None:
    assert isinstance(value, bytes)
    try:
        listing = opml.read(value)
    except ValueError as error:
        if isinstance(error, UnicodeError):
            raise
        return
    assert all(len(each.url) <= opml.LONGEST for each in listing.feeds)


def _feed(value: str | bytes) -> None:
    assert isinstance(value, bytes)
    try:
        parsed = feed.parse(Reply(200, "https://kettle.example/feed.xml", {}, value), NOW)
    except FetchError:
        return
    entries, _ = match.group(parsed.items, 7)
    for entry in entries[:3]:
        fields = draft.prepare(entry, None).fields
        assert "\0" not in str(fields)
        assert fields["title"]


def _list(value: str | bytes) -> None:
    try:
        _, entries = lists.read(value)
    except ValueError as error:
        if "Split it" not in str(error):
            raise
        return
    for entry in entries:
        assert entry.item or entry.why


_PAGE = (
    "<html><head><title>T</title></head><body><article>"
    + "<p>Words that say something.</p>" * 60
    + "</article></body></html>"
)


def _page(value: str | bytes) -> None:
    assert isinstance(value, bytes)
    article.read(Reply(200, "https://kettle.example/7", {"content-type": "text/html"}, value))


def _date(value: str | bytes) -> None:
    at = dates.Reader(NOW).read(value)
    assert at is None or at <= NOW
