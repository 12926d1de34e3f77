"""reading.adding: add a paper by its link, with a first comment and vote."""

import re
from datetime import datetime

from django.db import transaction

from ..identity import names_in
from ..intake import pipeline
from ..models import Comment, Paper, Person
from ..sources.lists import plain
from ..sources.wire.sentences import FetchError
from . import comments, search, votes

_LINK = re.compile(r"https?://[^\s<>\"“”«»]+", re.IGNORECASE)


def address_in(*texts: str) -> str:
    """The first link in the texts that a phone or bookmarklet sends. Apps often put it in the text, not the url.

    >>> address_in("", "Worth a look: https://arxiv.org/abs/2401.12345.", "A title")
    'https://arxiv.org/abs/2401.12345'
    """
    for text in texts:
        if match := _LINK.search(text):
            link = match[0].rstrip(".,;:!?'*_]}")
            return link.rstrip(")") if link.count(")") > link.count("(") else link
    return texts[0].strip()


def needs_fetch(address: str) -> bool:
    """Check whether this is the address of a paper that we do not have, so that it must be fetched."""
    if search.slug_in(address):
        return False
    is_address, paper = search.look_up(address)
    return is_address and paper is None


def the_one_in(text: str) -> str:
    """The only address in a text such as arXiv's stamp or an entry of a bibliography; other texts unchanged.

    >>> the_one_in("Lee, A. Hens. arXiv preprint arXiv:2401.12345, 2024")
    '2401.12345'
    """
    if search.slug_in(text) or names_in(text.strip()):
        return text
    addresses = plain.find(text)
    return addresses[0] if len(addresses) == 1 else text


def add(
    person: Person, address: str, now: datetime, *, title: str = "", note: str = "", up: bool = False
) -> pipeline.Added:
    """Add a paper by its address, with an optional comment and vote. Submitting twice has no further effect.

    Raises FetchError, with a sentence, when the site does not answer or gives no title; then `title` is needed.
    """
    if search.slug_in(address):  # a link to our own page
        paper = search.look_up(address)[1]
        if not paper:
            raise FetchError("This link leads to this Tenth, but there is no paper at that address.")
        address = paper.link
    added = pipeline.add_link(person, address, now, title=title)
    with transaction.atomic():
        paper = Paper.objects.select_for_update().only("pk").get(pk=added.paper.pk)
        if note and not Comment.objects.filter(paper=paper, person=person, text=note).exists():
            comments.add(person, paper, note, now)
        if up:
            votes.cast(person, paper, 1, now)
    return added
