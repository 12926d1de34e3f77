"""intake.article: fetch the pages of posts of which feeds give only a summary, once and politely.

The text is kept for reading, and gives the post's length. robots.txt and paywalls are respected. Announcements go
first: a page waits as long as a source of its host is due.
"""

import threading
import time
from collections import defaultdict
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from django.db import transaction
from django.utils import timezone

from ..models import Article, Paper
from ..sources import article, robots, sandbox
from ..sources.length import count_words
from ..sources.wire.addresses import gate_name, must_read
from ..sources.wire.fetch import Fetcher, Reply
from ..sources.wire.sentences import FetchError
from . import clients, minutes, render
from .gate import BusyError
from .pipeline import due_by_host
from .reindex import STALE

MOST_TRIES = 3
FIRST_WAIT = timedelta(hours=1)  # before the second attempt; four times as long before the third
RULES_KEPT = 24 * 3600.0  # seconds, as RFC 9309 asks
MOST_RULES = 1000
_REFUSALS = {401, 402, 403, 451}

_rules: dict[str, tuple[float, bytes]] = {}  # by origin: when they were fetched, and robots.txt
_rules_lock = threading.Lock()


def due(now: datetime) -> dict[str, list[int]]:
    """The posts whose pages are due, by host, without hosts of which a source is due."""
    Article.objects.enlist(now)
    waiting: dict[str, list[int]] = defaultdict(list)
    for pk, link in Article.objects.due(now).order_by("-paper_id").values_list("pk", "paper__link")[:1000]:
        try:
            waiting[gate_name(must_read(link).url)].append(pk)
        except FetchError:
            waiting[""].append(pk)  # no address that can be fetched; taking it says so
    busy = due_by_host(now)
    return {host: ids for host, ids in waiting.items() if host not in busy}


def take(pk: int, now: datetime) -> bool:
    """Fetch one page and keep its text; False if its host could not be asked now."""
    row = Article.objects.claim(pk, now)
    if not row:
        return True
    if row.tries > MOST_TRIES:  # it has killed the worker each time
        _close(row, Article.Outcome.FAILED, now, "Its page could not be read.")
        return True
    paper = row.paper
    try:
        with clients.turn() as turn:
            reply = _page(paper.link, turn.fetcher())
        found = sandbox.run(article.read, reply, count_words(paper.abstract)) if reply else None
        html = sandbox.run(render.clean, found.html, article.LONGEST_TEXT) if found else ""
    except BusyError:
        Article.objects.filter(pk=pk).update(next_attempt=now + timedelta(minutes=2), tries=row.tries - 1)
        return False
    except FetchError as error:
        _failed(row, error, now)
        return True
    if found is None or reply is None:
        _close(row, Article.Outcome.ROBOTS, now)
    elif found.outcome != article.TAKEN:
        _close(row, found.outcome, now, url=reply.url)
    else:
        _keep(row, found, html, reply.url, now)
    return True


def _page(link: str, fetcher: Fetcher) -> Reply | None:
    """Fetch a page; None if robots.txt asks not to, also where it redirects to."""
    if not _allowed(link, fetcher):
        return None
    reply = fetcher.get(link, accept="text/html, application/xhtml+xml")
    moved = urlsplit(reply.url).netloc != urlsplit(link).netloc
    return reply if not moved or _allowed(reply.url, fetcher) else None


def _allowed(link: str, fetcher: Fetcher) -> bool:
    parts = urlsplit(must_read(link).url)
    origin = f"{parts.scheme}://{parts.netloc}"
    with _rules_lock:
        fetched, rules = _rules.get(origin, (0.0, b""))
    if not fetched or time.monotonic() - fetched > RULES_KEPT:
        rules = robots.rules(origin, fetcher)
        with _rules_lock:
            if len(_rules) >= MOST_RULES:
                _rules.clear()
            _rules[origin] = (time.monotonic(), rules)
    return not rules or sandbox.run(robots.allows, rules, link)


def _keep(row: Article, found: article.Found, html: str, url: str, now: datetime) -> None:
    row.text, row.html, row.words = found.text, html, found.words
    with transaction.atomic():
        _close(row, Article.Outcome.TAKEN, now, url=url)
        Paper.objects.filter(pk=row.pk).update(words_form=STALE)
        Paper.objects.filter(pk=row.pk, minutes=0).update(minutes=minutes.of_words(found.words))


def _failed(row: Article, error: FetchError, now: datetime) -> None:
    if error.code in _REFUSALS:
        _close(row, Article.Outcome.PAYWALL, now, str(error))
    elif error.permanent or error.gone or error.code == 404 or row.tries >= MOST_TRIES:
        _close(row, Article.Outcome.FAILED, now, str(error))
    else:
        wait = max(FIRST_WAIT * 4 ** (row.tries - 1), timedelta(seconds=error.retry_after or 0))
        Article.objects.filter(pk=row.pk).update(next_attempt=now + wait, why=str(error))


def _close(row: Article, outcome: str, now: datetime, why: str = "", url: str = "") -> None:
    row.outcome, row.fetched_at, row.next_attempt, row.why, row.url = outcome, now, None, why, url
    row.save(update_fields=["outcome", "fetched_at", "next_attempt", "why", "url", "text", "html", "words"])


def take_due(is_over: "threading.Event", until: float) -> None:
    """Fetch the pages that are due, host by host, until time is up."""
    for ids in due(timezone.now()).values():
        for pk in ids:
            if is_over.is_set() or time.monotonic() > until:
                return
            if not take(pk, timezone.now()):
                break
