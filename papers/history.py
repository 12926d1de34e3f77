"""history: a sentence for each kind of event, for every page that shows a history.

A sentence names the person, the values before and after, and the project. Rows written by older versions may lack
keys; the words for a missing key are left out.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

from .models import Application, Event
from .tex import plain

Kind = Event.Kind
Sentence = Callable[[str, str, dict[str, Any]], str]


def sentence(event: Event, *, in_project: bool = True) -> str:
    """Describe one event: "Kenji moved it from toy to pilot in Atlas".

    `in_project` is off on pages about the project or its applications, which name it at the top.
    """
    who = event.person.name if event.person else "Tenth"
    where = f" in {event.project.name}" if event.project and in_project else ""
    return SENTENCES[Kind(event.kind)](who, where, event.data)


# ── papers ───────────────────────────────────────────────────────────────────────────────────


def _replaced(who: str, where: str, data: dict[str, Any]) -> str:
    number = data.get("to") or data.get("version")  # older rows say `version`
    words = f"Version {number} came out" if number else "A new version came out"
    changed = _joined([CHANGED[name] for name in data.get("changed", []) if name in CHANGED])
    title = f"; its title was “{data['title']}”" if data.get("title") else ""
    return words + (f" with another {changed}" if changed else "") + title


# The names of a paper's fields, as far as a history tells when they change.
CHANGED = {
    "title": "title",
    "abstract": "abstract",
    "byline": "list of authors",
    "comment": "comment",
    "journal_ref": "journal reference",
    "categories": "list of categories",
}


def _published(who: str, where: str, data: dict[str, Any]) -> str:
    return (f"It was published in {data['venue']}" if data.get("venue") else "It was published") + _says(data)


def _taken_back(act: str) -> Sentence:
    def sentence(who: str, where: str, data: dict[str, Any]) -> str:
        return f"It was {act}{_says(data)}{_colon(data.get('why'))}"

    return sentence


def _reinstated(who: str, where: str, data: dict[str, Any]) -> str:
    return f"It is no longer withdrawn or retracted{_says(data)}"


def _says(data: dict[str, Any]) -> str:
    return f", {data['by']} says" if data.get("by") else ""


def _amended(who: str, where: str, data: dict[str, Any]) -> str:
    return f"Its title changed; it was “{plain(data['title'])}”" if data.get("title") else "Its record changed"


def _merged(who: str, where: str, data: dict[str, Any]) -> str:
    return (
        f"It was merged with “{plain(data.get('title', '')) or data.get('slug') or 'another record'}”, the same paper"
    )


def _comment_deleted(who: str, where: str, data: dict[str, Any]) -> str:
    author = data.get("by")
    return f"{who} deleted a comment" + (f" by {author}" if author and author != who else "")


# ── sources ──────────────────────────────────────────────────────────────────────────────────

SWITCHED = {"active": "resumed it", "muted": "muted it", "paused": "paused it"}


def _source_changed(who: str, where: str, data: dict[str, Any]) -> str:
    """Changes by people are pairs of before and after; a pause by Tenth has a reason."""
    changes = []
    for field, value in data.items():
        if field == "state":
            after = value[1] if isinstance(value, list) else value
            changes.append(SWITCHED.get(after, f"set it to {after}"))
        elif field == "name" and isinstance(value, list):
            changes.append(f"renamed it from “{value[0]}” to “{value[1]}”")
        elif field == "fetch_pages" and isinstance(value, list):
            changes.append(
                "let its posts’ pages be fetched" if value[1] else "stopped the fetching of its posts’ pages"
            )
        elif isinstance(value, list):
            changes.append(f"changed its {_from_to(field, value)}")
    return f"{who} {_joined(changes) or 'changed it'}" + (f": {data['why']}" if data.get("why") else "")


def _source_moved(who: str, where: str, data: dict[str, Any]) -> str:
    if data.get("from") and data.get("to"):
        return f"It moved from {data['from']} to {data['to']}"
    return "It moved to a new address"


def _source_died(who: str, where: str, data: dict[str, Any]) -> str:
    return "It stopped answering" + (f": {data['why']}" if data.get("why") else "")


# ── projects and applications ────────────────────────────────────────────────────────────────


def _project_changed(who: str, where: str, data: dict[str, Any]) -> str:
    changes = [_from_to(field, pair) for field, pair in data.get("changed", {}).items()]
    return f"{who} changed the {_joined(changes) or 'project'}{where}"


def _applied(who: str, where: str, data: dict[str, Any]) -> str:
    return f"{who} applied it{where}{_colon(data.get('taken'))}"


def _moved(who: str, where: str, data: dict[str, Any]) -> str:
    before, after, why = data.get("before"), data.get("to"), _why(data.get("why"))
    if after == "dropped":
        ending = f", outcome {_outcome_label(data['outcome'])}" if data.get("outcome") else ""
        return f"{who} dropped it from {before or 'its stage'}{where}{ending}{why}"
    if before == "dropped":
        return f"{who} took it up again{where} as a {after}{why}"
    return f"{who} moved it from {before} to {after}{where}{why}" if before and after else f"{who} moved it{where}{why}"


def _result(who: str, where: str, data: dict[str, Any]) -> str:
    figures = [("claimed", data.get("claimed")), ("ours", data.get("ours"))]
    stage = f"{data['stage']} " if data.get("stage") else ""
    return f"{who} recorded a {stage}result{where}" + _colon(
        ", ".join(f"{name} {value}" for name, value in figures if value)
    )


def _outcome(who: str, where: str, data: dict[str, Any]) -> str:
    after = f" to {_outcome_label(data['outcome'])}" if data.get("outcome") else ""
    return f"{who} set the outcome{where}{after}{_why(data.get('note'))}"


def _chosen_over(who: str, where: str, data: dict[str, Any]) -> str:
    if data.get("text"):
        return f"{who} noted the alternatives considered{where}: {data['text']}"
    return f"{who} removed the alternatives considered{where}"


def _checked(who: str, where: str, data: dict[str, Any]) -> str:
    if "holds" not in data:
        return f"{who} checked a result{where}"
    verdict = f"confirmed a result{where}" if data["holds"] else f"found that a result{where} does not hold"
    return f"{who} {verdict}{_why(data.get('note'))}"


REVIEWS = {"kept": "reviewed and kept it", "superseded": "marked it as superseded", "retired": "retired it"}


def _reviewed(who: str, where: str, data: dict[str, Any]) -> str:
    return f"{who} {REVIEWS.get(data.get('verdict', ''), 'reviewed it')}{where}{_why(data.get('note'))}"


SENTENCES: dict[Kind, Sentence] = {
    Kind.ADDED: lambda who, where, data: f"{'Somebody' if who == 'Tenth' else who} added it by hand",
    Kind.REPLACED: _replaced,
    Kind.PUBLISHED: _published,
    Kind.WITHDRAWN: _taken_back("withdrawn"),
    Kind.RETRACTED: _taken_back("retracted"),
    Kind.REINSTATED: _reinstated,
    Kind.AMENDED: _amended,
    Kind.MERGED: _merged,
    Kind.COMMENT_DELETED: _comment_deleted,
    Kind.SOURCE_ADDED: lambda who, where, data: f"{who} added this source",
    Kind.SOURCE_CHANGED: _source_changed,
    Kind.SOURCE_MOVED: _source_moved,
    Kind.SOURCE_DIED: _source_died,
    Kind.SHARED: lambda who, where, data: f"{who} shared it to {data.get('channel') or 'a channel'}",
    Kind.PROJECT_CREATED: lambda who, where, data: f"{who} created the project{where.removeprefix(' in')}",
    Kind.PROJECT_CHANGED: _project_changed,
    Kind.PROJECT_CLOSED: lambda who, where, data: f"{who} closed the project{where.removeprefix(' in')}",
    Kind.PROJECT_REOPENED: lambda who, where, data: f"{who} reopened the project{where.removeprefix(' in')}",
    Kind.APPLIED: _applied,
    Kind.RESULT: _result,
    Kind.MOVED: _moved,
    Kind.OUTCOME: _outcome,
    Kind.CHOSEN_OVER: _chosen_over,
    Kind.CHECKED: _checked,
    Kind.REVIEWED: _reviewed,
}


# ── pieces ───────────────────────────────────────────────────────────────────────────────────


def _from_to(field: str, pair: list[Any]) -> str:
    return f"{field.replace('_', ' ')} from {_plain(pair[0])} to {_plain(pair[1])}"


def _plain(value: Any) -> str:
    """
    >>> _plain("2026-05-01"), _plain(["Ada", "Bo"]), _plain([]), _plain(None), _plain(3)
    ('1 May 2026', 'Ada, Bo', 'nobody', 'none', '3')
    """
    if isinstance(value, list):
        return ", ".join(value) or "nobody"
    try:
        day = date.fromisoformat(str(value))
    except ValueError:
        return "none" if value in (None, "") else str(value)
    return f"{day.day} {day:%b %Y}"


def _joined(pieces: list[str]) -> str:
    """
    >>> _joined(["one", "two", "three"])
    'one, two and three'
    """
    return " and ".join([", ".join(pieces[:-1]), pieces[-1]] if len(pieces) > 1 else pieces)


def _outcome_label(outcome: str) -> str:
    return dict(Application.Outcome.choices).get(outcome, outcome).lower()


def _why(words: str | None) -> str:
    return f" ({words})" if words else ""


def _colon(words: str | None) -> str:
    return f": {words}" if words else ""
