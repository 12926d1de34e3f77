"""templatetags.ledger: an event of a project or an application, in words."""

from typing import Any

from django import template

from ..models import Application, Event

register = template.Library()

PLAIN = {
    Event.Kind.PROJECT_CREATED: "created the project",
    Event.Kind.PROJECT_CLOSED: "closed the project",
    Event.Kind.PROJECT_REOPENED: "opened the project again",
}


@register.filter
def said(event: Event) -> str:
    data, kind = event.data, Event.Kind(event.kind)
    say = TELLERS.get(kind)
    return say(data) if say else PLAIN.get(kind, event.get_kind_display())


def _changed(data: dict[str, Any]) -> str:
    told = [f"{name.replace('_', ' ')} from {_say(a)} to {_say(b)}" for name, (a, b) in data["changed"].items()]
    return "changed " + ", ".join(told)


def _moved(data: dict[str, Any]) -> str:
    return f"moved it from {data['before']} to {data['to']}{_because(data.get('why'))}"


def _result(data: dict[str, Any]) -> str:
    figures = [("the paper claims", data["claimed"]), ("we got", data["ours"])]
    return f"recorded a {data['stage']} result" + "".join(f", {words} {figure}" for words, figure in figures if figure)


def _checked(data: dict[str, Any]) -> str:
    return f"checked a result, and it {'holds' if data['holds'] else 'does not hold'}{_because(data['note'])}"


def _outcome(data: dict[str, Any]) -> str:
    return f"said how it went: {Application.Outcome(data['outcome']).label.lower()}{_because(data['note'])}"


TELLERS = {
    Event.Kind.PROJECT_CHANGED: _changed,
    Event.Kind.APPLIED: lambda data: f"applied it: {data['taken']}",
    Event.Kind.MOVED: _moved,
    Event.Kind.RESULT: _result,
    Event.Kind.CHECKED: _checked,
    Event.Kind.OUTCOME: _outcome,
    Event.Kind.CHOSEN_OVER: lambda data: f"said what it was chosen over: {_say(data['text'])}",
    Event.Kind.REVIEWED: lambda data: f"reviewed it: {data['verdict']}{_because(data['note'])}",
}


def _because(words: str | None) -> str:
    return f" ({words})" if words else ""


def _say(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(value) or "nobody"
    return "none" if value in (None, "") else str(value)
