"""history: one sentence for each kind of event, with the person, the change and the place."""

import pytest

from papers import history
from papers.models import Event, Person, Project

KENJI = Person(name="Kenji")
ATLAS = Project(name="Atlas")
WHO = {"person": KENJI}
THERE = {"person": KENJI, "project": ATLAS}

CASES = [
    ("added", WHO, {}, "Kenji added it by hand"),
    ("replaced", {}, {"from": 2, "to": 3}, "Version 3 came out"),
    ("replaced", {}, {"version": 3}, "Version 3 came out"),  # an older row
    (
        "replaced",
        {},
        {"from": 1, "to": 2, "changed": ["title", "abstract", "license"], "title": "Kites"},
        "Version 2 came out with another title and abstract; its title was “Kites”",
    ),
    ("published", {}, {"venue": "ICML 2026"}, "It was published in ICML 2026"),
    ("published", {}, {"by": "Crossref"}, "It was published, Crossref says"),
    ("withdrawn", {}, {"why": "An error in Section 4."}, "It was withdrawn: An error in Section 4."),
    ("retracted", {}, {"by": "Crossref"}, "It was retracted, Crossref says"),
    ("reinstated", {}, {"version": 3}, "It is no longer withdrawn or retracted"),
    ("replaced", {}, {}, "A new version came out"),
    ("amended", {}, {"title": "Atention"}, "Its title changed; it was “Atention”"),
    ("merged", {}, {"title": "A post", "slug": "x1"}, "It was merged with “A post”, the same paper"),
    ("comment_deleted", WHO, {"by": "Bo"}, "Kenji deleted a comment by Bo"),
    ("comment_deleted", WHO, {"by": "Kenji"}, "Kenji deleted a comment"),
    ("source_added", WHO, {}, "Kenji added this source"),
    ("source_changed", WHO, {"state": ["active", "muted"]}, "Kenji muted it"),
    ("source_changed", WHO, {"state": ["paused", "active"]}, "Kenji resumed it"),
    ("source_changed", WHO, {"horizon": ["core", "adjacent"]}, "Kenji changed its horizon from core to adjacent"),
    ("source_changed", WHO, {"name": ["A", "B"]}, "Kenji renamed it from “A” to “B”"),
    ("source_changed", {}, {"state": "paused", "why": "It answered 410."}, "Tenth paused it: It answered 410."),
    ("source_moved", {}, {"from": "http://a", "to": "https://b"}, "It moved from http://a to https://b"),
    ("source_died", {}, {"why": "It did not answer."}, "It stopped answering: It did not answer."),
    ("shared", WHO, {"channel": "#papers"}, "Kenji shared it to #papers"),
    ("project_created", THERE, {}, "Kenji created the project Atlas"),
    (
        "project_changed",
        THERE,
        {"changed": {"horizon": ["core", "moonshot"], "deadline": [None, "2026-05-01"], "members": [["Ada"], []]}},
        "Kenji changed the horizon from core to moonshot, deadline from none to 1 May 2026 "
        "and members from Ada to nobody in Atlas",
    ),
    ("project_closed", THERE, {}, "Kenji closed the project Atlas"),
    ("project_reopened", THERE, {}, "Kenji reopened the project Atlas"),
    ("applied", THERE, {"taken": "The schedule"}, "Kenji applied it in Atlas: The schedule"),
    (
        "result",
        THERE,
        {"stage": "toy", "claimed": "91%", "ours": "88%"},
        "Kenji recorded a toy result in Atlas: claimed 91%, ours 88%",
    ),
    ("result", THERE, {"stage": "toy", "claimed": "", "ours": ""}, "Kenji recorded a toy result in Atlas"),
    ("moved", THERE, {"before": "toy", "to": "pilot"}, "Kenji moved it from toy to pilot in Atlas"),
    (
        "moved",
        THERE,
        {"before": "pilot", "to": "toy", "why": "Too early."},
        "Kenji moved it from pilot to toy in Atlas (Too early.)",
    ),
    (
        "moved",
        THERE,
        {"before": "pilot", "to": "dropped", "why": "Slower.", "outcome": "no_effect"},
        "Kenji dropped it from pilot in Atlas, outcome no effect (Slower.)",
    ),
    (
        "moved",
        THERE,
        {"before": "dropped", "to": "toy", "why": "There is time."},
        "Kenji took it up again in Atlas as a toy (There is time.)",
    ),
    ("outcome", THERE, {"outcome": "no_effect", "note": ""}, "Kenji set the outcome in Atlas to no effect"),
    ("chosen_over", THERE, {"text": "Adam."}, "Kenji noted the alternatives considered in Atlas: Adam."),
    ("chosen_over", THERE, {"text": ""}, "Kenji removed the alternatives considered in Atlas"),
    ("checked", THERE, {"holds": True, "note": "Ran it."}, "Kenji confirmed a result in Atlas (Ran it.)"),
    ("checked", THERE, {"holds": False, "note": "Leak."}, "Kenji found that a result in Atlas does not hold (Leak.)"),
    ("reviewed", THERE, {"verdict": "kept", "note": ""}, "Kenji reviewed and kept it in Atlas"),
    ("reviewed", THERE, {"verdict": "retired", "note": "Old."}, "Kenji retired it in Atlas (Old.)"),
    ("reviewed", THERE, {"verdict": "superseded", "note": ""}, "Kenji marked it as superseded in Atlas"),
]


@pytest.mark.parametrize(
    ("kind", "actors", "data", "sentence"), CASES, ids=[f"{n} {c[0]}" for n, c in enumerate(CASES)]
)
def test_an_event_names_person_step_and_version(kind, actors, data, sentence):
    assert history.sentence(Event(kind=kind, data=data, **actors)) == sentence


def test_each_kind_has_a_sentence():
    assert set(history.SENTENCES) == set(Event.Kind)
    assert {case[0] for case in CASES} == set(Event.Kind.values)


@pytest.mark.parametrize("kind", Event.Kind.values)
def test_a_row_without_details_still_makes_a_sentence(kind):
    sentence = history.sentence(Event(kind=kind, data={}, person=KENJI, project=ATLAS))
    assert "None" not in sentence
    assert sentence[0].isupper()


def test_a_page_about_the_project_does_not_name_it():
    event = Event(kind="moved", data={"before": "toy", "to": "pilot"}, **THERE)
    assert history.sentence(event, in_project=False) == "Kenji moved it from toy to pilot"
