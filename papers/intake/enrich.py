"""intake.enrich: ask catalogues about papers: institutions, references, venue, retraction.

Each catalogue is asked once about a paper, and again after a month if someone uses it. One that fails or asks us to
slow down pauses alone; none of them reachable does no harm.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from ..models import Fact, Inquiry, LookupPause, Name, Paper
from ..sources import sandbox
from ..sources.catalogues import crossref, openalex, semantic_scholar
from ..sources.catalogues.facts import Facts
from ..sources.wire.addresses import host_of
from ..sources.wire.sentences import FetchError, raise_for
from . import clients, standing
from .gate import BusyError

FIRST_PAUSE, LAST_PAUSE = timedelta(minutes=1), timedelta(hours=12)
MOST_TRIES = 3
MOST_BYTES = 10 * 1024 * 1024
ARXIV_DOI = "10.48550/arxiv."

Answers = dict[int, Facts | None]  # by paper; None for those that the catalogue does not know


@dataclass(frozen=True, slots=True)
class Catalogue:
    """A catalogue: its name on pages, how many papers one request is about, and how it is asked."""

    label: str
    batch: int
    ask: Callable[[dict[int, str]], Answers]  # by paper, its DOI
    with_doi: bool = False  # it knows only DOIs of publishers


def _openalex(dois: dict[int, str]) -> Answers:
    with clients.turn() as turn:
        reply = turn.fetcher().get(openalex.address(settings.OPENALEX_URL, list(dois.values())))
    found = sandbox.run(openalex.read, reply.body)
    return {paper: found.get(doi) for paper, doi in dois.items()}


def _semantic_scholar(dois: dict[int, str]) -> Answers:
    ids = [_scholar_id(doi) for doi in dois.values()]
    url, headers = semantic_scholar.address(settings.SEMANTIC_SCHOLAR_URL), {"Content-Type": "application/json"}
    answer = clients.send(url, semantic_scholar.question(ids), headers, clients.WORKER_WAITS, MOST_BYTES)
    raise_for(answer.status, host_of(url), str(int(answer.retry_after or 0) or ""))
    return dict(zip(dois, sandbox.run(semantic_scholar.read, answer.text.encode(), len(ids)), strict=True))


def _scholar_id(doi: str) -> str:
    """
    >>> _scholar_id("10.48550/arxiv.2603.00001"), _scholar_id("10.1/x")
    ('ARXIV:2603.00001', 'DOI:10.1/x')
    """
    return f"ARXIV:{doi.removeprefix(ARXIV_DOI)}" if doi.startswith(ARXIV_DOI) else f"DOI:{doi}"


def _crossref(dois: dict[int, str]) -> Answers:
    answers: Answers = {}
    with clients.turn() as turn:
        for paper, doi in dois.items():
            try:
                reply = turn.fetcher().get(crossref.address(settings.CROSSREF_URL, doi))
                answers[paper] = sandbox.run(crossref.read, reply.body)
            except FetchError as error:
                if error.code != 404:
                    raise
                answers[paper] = None
    return answers


# In the order of their authority: the publisher's record first.
CATALOGUES = {
    "crossref": Catalogue("Crossref", 10, _crossref, with_doi=True),
    "openalex": Catalogue("OpenAlex", openalex.BATCH, _openalex),
    "semanticscholar": Catalogue("Semantic Scholar", semantic_scholar.BATCH, _semantic_scholar),
}


def take_due(is_over: threading.Event, until: float) -> None:
    """Ask all catalogues of this install about the papers that are due, until time is up."""
    for name in settings.ENRICH:
        while not is_over.is_set() and time.monotonic() < until and take_batch(name, timezone.now()):
            pass


def take_batch(name: str, now: datetime) -> bool:
    """Ask one catalogue about its next papers; False if nothing more can be done now."""
    if LookupPause.objects.filter(pk=name, until__gt=now).exists():
        return False
    catalogue = CATALOGUES[name]
    Inquiry.objects.enlist(name, now, catalogue.batch, catalogue.with_doi)
    batch = Inquiry.objects.claim(name, now, catalogue.batch)
    if not batch:
        return False
    dois = _dois([each.paper_id for each in batch], catalogue.with_doi)
    try:
        answers = catalogue.ask(dois) if dois else {}
    except BusyError:
        Inquiry.objects.filter(pk__in=[each.pk for each in batch]).update(next_attempt=now)
        return False
    except (FetchError, ValueError) as error:
        _failed(name, batch, error, now)
        return False
    for paper, facts in answers.items():
        if facts:
            _keep(paper, name, facts, now)
    known = {paper for paper, facts in answers.items() if facts}
    for each in batch:
        each.asked_at, each.next_attempt, each.known = now, None, each.paper_id in known
    Inquiry.objects.bulk_update(batch, ["asked_at", "next_attempt", "known"])
    LookupPause.objects.filter(pk=name).update(failures=0, until=None, why="")
    return True


def _dois(ids: list[int], published: bool) -> dict[int, str]:
    """A DOI of each paper that has one, in small letters: its publisher's, else (unless `published`) arXiv's."""
    names = Name.objects.filter(paper__in=ids, kind=Name.Kind.DOI).order_by("-pk").values_list("paper", "value")
    dois = (
        {}
        if published
        else {
            pk: f"{ARXIV_DOI}{arxiv}"
            for pk, arxiv in Paper.objects.filter(pk__in=ids).values_list("pk", "arxiv_id")
            if arxiv
        }
    )
    for paper, doi in names:
        if not doi.lower().startswith(ARXIV_DOI) and (published or paper not in dois):
            dois[paper] = doi.lower()
    return dois


def _failed(name: str, batch: list[Inquiry], error: Exception, now: datetime) -> None:
    """Pause this catalogue alone. A batch that it cannot answer is given up after some tries."""
    pause, _ = LookupPause.objects.get_or_create(pk=name)
    asked = error.retry_after if isinstance(error, FetchError) else None
    wait = min(max(FIRST_PAUSE * 2 ** min(pause.failures, 10), timedelta(seconds=asked or 0)), LAST_PAUSE)
    why = str(error) if isinstance(error, FetchError) else "Its answer could not be read."
    pause.until, pause.failures, pause.why = now + wait, pause.failures + 1, why[:500]
    pause.save(update_fields=["until", "failures", "why"])
    blamed = not isinstance(error, FetchError) or error.code == 400
    for each in batch:
        each.tries += blamed
        given_up = each.tries >= MOST_TRIES
        each.next_attempt, each.asked_at = (None, now) if given_up else (now, each.asked_at)
    Inquiry.objects.bulk_update(batch, ["tries", "next_attempt", "asked_at"])


def _keep(paper: int, name: str, facts: Facts, now: datetime) -> None:
    values = {
        Fact.Kind.INSTITUTIONS: list(facts.institutions),
        Fact.Kind.VENUE: facts.venue,
        Fact.Kind.REFERENCES: [asdict(each) for each in facts.references],
    }
    Fact.objects.bulk_create(
        [
            Fact(paper_id=paper, kind=kind, catalogue=name, value=value, at=now)
            for kind, value in values.items()
            if value
        ],
        update_conflicts=True,
        unique_fields=["paper", "kind", "catalogue"],
        update_fields=["value", "at"],
    )
    says = "retracted" if facts.retracted else "published" if facts.venue else ""
    standing.note(paper, says, now, venue=facts.venue, by=CATALOGUES[name].label)
