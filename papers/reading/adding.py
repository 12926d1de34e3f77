"""reading.adding: a link that somebody brings, with what they have to say about it."""

import re
from datetime import datetime

from django.db import transaction

from ..intake import pipeline
from ..models import Comment, Paper, Person
from ..sources.wire.sentences import FetchError
from . import comments, search, votes

_LINK = re.compile(r"https?://[^\s<>\"“”«»]+", re.IGNORECASE)


def address_in(*texts: str) -> str:
    """The first link in what a phone or a bookmark sends: apps put it in the text as often as in the url.

    >>> address_in("", "Worth a look: https://arxiv.org/abs/2401.12345.", "A title")
    'https://arxiv.org/abs/2401.12345'
    """
    for text in texts:
        if found := _LINK.search(text):
            link = found[0].rstrip(".,;:!?'*_]}")
            return link.rstrip(")") if link.count(")") > link.count("(") else link
    return texts[0].strip()


def must_be_asked(address: str) -> bool:
    """Whether the far side has to tell what this is: it is the address of a paper that we do not have."""
    if search.slug_in(address):
        return False
    is_address, paper = search.addressed(address)
    return is_address and paper is None


def add(
    person: Person, address: str, now: datetime, *, title: str = "", note: str = "", up: bool = False
) -> pipeline.Added:
    """Bring a paper by its address, say a first word on it, vote for it. Sent twice, it is done once.

    Raises FetchError, with a sentence, when the far side does not tell what it is; then `title` is asked for.
    """
    if search.slug_in(address):  # a link to a page of ours
        paper = search.addressed(address)[1]
        if not paper:
            raise FetchError("This is a link to a paper of ours, but there is none at that address.")
        address = paper.link
    added = pipeline.add_link(person, address, now, title=title)
    with transaction.atomic():
        paper = Paper.objects.select_for_update().only("pk").get(pk=added.paper.pk)
        if note and not Comment.objects.filter(paper=paper, person=person, text=note).exists():
            comments.add(person, paper, note, now)
        if up:
            votes.cast(person, paper, 1, now)
    return added
