"""templatetags.cards: a paper's card, the only HTML made in Python.

A list draws 25, each with some sixty values: 15 ms through template nodes, 1 ms here (`make bench`). All text
goes through escape(), except *_html, which intake has made safe.
"""

import functools
from collections.abc import Iterable
from datetime import datetime
from html import escape

from django import template
from django.urls import reverse
from django.utils import timezone
from django.utils.safestring import SafeString, mark_safe

from ..models import Paper, Person
from ..reading.cite import coins, percent
from ..reading.queue import Card
from ..sources.item import Signer

register = template.Library()

FACES = 8  # shown; the rest are counted
LONG_HTML = 6_000  # a whole post is shown on its own page
EXCERPT = 1_200
_TINTS = 6
ANNOUNCED = {"cross": "cross-listed", "replace": "new version", "replace-cross": "new version, cross-listed"}


@functools.cache
def _browse() -> str:
    return reverse("browse")


@register.simple_tag
def draw_card(card: Card, person: Person, oob: bool = False) -> SafeString:
    """Draw a card: for all of a list in papers/_list.html, or one again after an act."""
    paper, pk = card.paper, card.paper.pk
    judged = f" {card.stage}" if card.stage and card.stage != "skimmed" else ""
    swap = ' hx-swap-oob="true"' if oob else ""
    why = f'<p class="why">{escape(card.score.words)}</p>' if card.score.words else ""
    acts = acts_of(card) if not person.is_guest else f'<div class="acts">{_tally(card)}</div>'
    html = (
        f'<li class="card{judged}" id="paper-{pk}" tabindex="-1"{swap}>'
        f'<span class="Z3988" title="{escape(coins(paper, card.first_authors))}"></span>'
        f'<h2 class="title" dir="auto"><a href="{paper.get_absolute_url()}" data-open>{title_of(paper)}</a></h2>'
        f"{_byline(card)}{_meta(card)}{_line(card)}{why}{_excerpt(paper)}{acts}</li>"
    )
    return mark_safe(html)  # noqa: S308 (escaped piece by piece)


@register.simple_tag
def draw_cards(cards: Iterable[Card], person: Person) -> SafeString:
    return mark_safe("".join(draw_card(card, person) for card in cards))  # noqa: S308 (escaped piece by piece)


@register.simple_tag
def draw_acts(card: Card) -> SafeString:
    return mark_safe(acts_of(card))  # noqa: S308 (escaped piece by piece)


@register.simple_tag
def draw_title(paper: Paper) -> SafeString:
    return mark_safe(title_of(paper))  # noqa: S308 (escaped piece by piece)


@register.simple_tag
def face(person: Person, label: str = "") -> SafeString:
    return mark_safe(_face(person, label or person.name))  # noqa: S308 (escaped piece by piece)


@register.simple_tag
def names(signers: Iterable[Signer]) -> SafeString:
    """Up to thousands of authors, each linked to their papers."""
    links = (f'<a href="{_browse()}?author={percent(one.name)}">{escape(one.name)}</a>' for one in signers)
    return mark_safe(", ".join(links))  # noqa: S308 (escaped piece by piece)


def title_of(paper: Paper) -> str:
    return paper.title_html or escape(paper.title) or "<em>Without a title</em>"


def acts_of(card: Card) -> str:
    """The buttons of a card. They share one form with `list` and `next`, and each names its own action.

    Two are always visible; in a narrow window the others move into a menu (list.css).
    """
    base = reverse("keep", args=[card.paper.pk]).removesuffix("keep")
    return (
        f'<div class="acts">{_step(card, base, "keep", "kept", "Keep", "Kept")}'
        f"{_step(card, base, 'pass', 'passed', 'Skip', 'Skipped')}"
        '<details class="rest pops"><summary class="btn small" aria-label="More">…</summary><div class="menu">'
        f"{_vote(card, 1, base)}{_vote(card, -1, base)}{_step(card, base, 'read', 'read', 'Read', 'Read')}"
        f'<a class="btn small" href="{base}share" data-act="share">Share</a>'
        f'<a class="btn small" href="{base}apply" data-act="apply">Apply</a></div></details>{_faces(card)}</div>'
    )


def _step(card: Card, base: str, act: str, stage: str, word: str, done: str) -> str:
    on = card.stage == stage
    return _button(base + ("reopen" if on else act), act, done if on else word, on)


def _button(to: str, act: str, word: str, on: bool, more: str = "") -> str:
    pressed = "true" if on else "false"
    return (
        f'<button class="btn small" formaction="{to}" hx-post="{to}" data-act="{act}" aria-pressed="{pressed}"{more}>'
        f"{word}</button>"
    )


def _vote(card: Card, value: int, base: str) -> str:
    on, count = card.mine == value, card.up if value > 0 else card.down
    way, sign = ("up", "▲") if value > 0 else ("down", "▼")
    more = f' name="value" value="{0 if on else value}" aria-label="Vote {way}: {count}"'
    return _button(
        f"{base}vote",
        way,
        f'{sign} <span class="phone-only">Vote {way}</span><span class="num">{count}</span>',
        on,
        more,
    )


def _tally(card: Card) -> str:
    return f'<span class="num">▲ {card.up} ▼ {card.down}</span>{_faces(card)}' if card.votes else ""


def _faces(card: Card) -> str:
    if not card.votes:
        return ""
    shown = "".join(
        _face(vote.person, f"{vote.person.name} voted {'up' if vote.value > 0 else 'down'}", vote.value < 0)
        for vote in card.votes[:FACES]
    )
    more = f'<span class="faint small">+{len(card.votes) - FACES}</span>' if len(card.votes) > FACES else ""
    return f'<span class="faces">{shown}{more}</span>'


def _face(person: Person, label: str, down: bool = False) -> str:
    label = escape(label)
    return (
        f'<span class="face tint-{person.pk % _TINTS}{" down" if down else ""}" role="img" title="{label}" '
        f'aria-label="{label}">{escape(person.initials)}</span>'
    )


def _byline(card: Card) -> str:
    if not card.paper.byline:
        return ""
    more = f" +{card.more_authors:,}" if card.more_authors else ""
    return f'<p class="byline" dir="auto">{escape(", ".join(card.first_authors))}{more}</p>'


def _meta(card: Card) -> str:
    paper = card.paper
    horizon = card.horizon
    pieces = [f'<span class="chip {horizon}">{horizon}</span>'] if horizon else []
    if paper.is_taken_back:
        pieces.insert(0, f'<span class="chip bad">{escape(paper.standing)}</span>')
    if paper.venue:
        pieces.append(f'<span class="chip good" title="{escape(paper.venue)}">{escape(short(paper.venue))}</span>')
    for sighting in card.sightings:
        how = f" · {escape(announced(sighting.announce_type))}" if sighting.announce_type not in {"", "new"} else ""
        if votes := sighting.evidence.get("upvotes"):
            how += f" · {int(votes):,} upvote{'s' * (votes != 1)}"
        name = escape(sighting.source.name)
        pieces.append(f'<a href="{_browse()}?source={sighting.source_id}" dir="auto">{name}</a>{how}')
    pieces += [
        f'<a href="{_browse()}?category={percent(category)}">{escape(category)}</a>'
        for category in paper.categories[:4]
    ]
    day = timezone.localtime(paper.published_at or paper.arrived_at)
    pieces.append(f'<time datetime="{day:%Y-%m-%d}">{_date(day)}</time>')
    pieces.append(f'<span class="num">{paper.minutes} min</span>' if paper.minutes else "<span>length unknown</span>")
    pieces.append(f'<a href="{escape(outward(paper.link))}" rel="noreferrer" data-original>original</a>')
    pieces += [f'<a href="{escape(outward(link))}" rel="noreferrer">code</a>' for link in paper.code_links[:2]]
    pieces += [f'<a href="{escape(outward(link))}" rel="noreferrer">weights</a>' for link in paper.weight_links[:1]]
    return f'<p class="meta">{"".join(f"<span>{piece}</span>" for piece in pieces)}</p>'


def _line(card: Card) -> str:
    """The words of a digest about the paper, in short."""
    said = next((sighting for sighting in card.sightings if sighting.line), None)
    if not said:
        return ""
    return f'<p class="why"><q dir="auto">{escape(short(said.line, 160))}</q> <bdi>{escape(said.source.name)}</bdi></p>'


def short(text: str, most: int = 40) -> str:
    """
    >>> short("Findings of the Association", 12)
    'Findings of…'
    """
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def _date(day: datetime) -> str:
    """A date like "25 Nov", with the year if it is not this one."""
    year = "" if day.year == timezone.localtime().year else f" {day.year}"
    return f"{day.day} {day:%b}{year}"


def _excerpt(paper: Paper) -> str:
    if not paper.abstract and not paper.abstract_html:
        return ""
    text = paper.abstract_html
    if not text or len(text) > LONG_HTML:
        text = f"<p>{escape(paper.abstract[:EXCERPT])}{'…' if len(paper.abstract) > EXCERPT else ''}</p>"
    return f'<details class="excerpt"><summary>Abstract</summary><div dir="auto">{text}</div></details>'


@register.filter
def announced(kind: str) -> str:
    """Say in words how arXiv announced a paper.

    >>> announced("cross"), announced("replace-cross")
    ('cross-listed', 'new version, cross-listed')
    """
    return ANNOUNCED.get(kind, kind)


@register.filter
def outward(link: str) -> str:
    """Return an address that is safe to follow, or ""."""
    return link if link.startswith(("https://", "http://")) else "#"
