"""Every address of papers/urls.py, tried by a stranger, a guest, a forged form, a wrong method and garbage.

The addresses are walked, so a new one cannot be forgotten: whoever adds one whose path needs a new kind of value
says in `example` what it is.
"""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.apps import apps
from django.db import connection
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse
from django.urls.converters import IntConverter
from django.utils import timezone

from papers import urls
from papers.models import Comment, Heartbeat, Job, OneTimeLink
from tests.makers import (
    NOW,
    make_application,
    make_paper,
    make_person,
    make_result,
    make_share,
    make_source,
    make_stage,
    make_vote,
)

# What answers somebody who has not signed in.
OPEN = {"signin", "signout", "onetime", "shared", "shared_card", "manifest", "healthz", "readyz"}
# What a guest may change: who they are, and whether they are here.
A_GUESTS_OWN = {"signin", "signout", "onetime", "settings", "settings_password"}

GARBAGE = {
    **dict.fromkeys(("q", "text", "title", "note", "name", "address", "email", "password"), "\x00"),
    **dict.fromkeys(("value", "minutes", "source", "pk", "paper", "papers", "ids", "voter"), "7e999"),
    **dict.fromkeys(("since", "until", "stage", "horizon", "state", "kind", "votes", "role", "list"), "yesterday"),
    **dict.fromkeys(("after", "cursor", "undo", "token", "category", "author", "zone", "url"), "{'a': 1}; --"),
    "next": "//evil.example/",
}


def walk(patterns: list[URLPattern | URLResolver]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from walk(pattern.url_patterns)
        else:
            yield pattern


PATTERNS = {pattern.name: pattern for pattern in walk(list(urls.urlpatterns))}
every_address = pytest.mark.parametrize("name", PATTERNS)


@pytest.fixture
def world(db):
    """One of each thing that an address can name."""
    source = make_source()
    paper = make_paper(source=source)
    person = make_person(role="admin")
    comment = Comment.objects.create(paper=paper, person=person, text="Worth it.", at=NOW)
    link, _ = OneTimeLink.objects.mint("invitation", NOW, timedelta(days=36500))
    application = make_application(paper)
    for name in ("worker", "beat"):
        Heartbeat.objects.create(name=name, host="here", seen_at=timezone.now())
    return {
        "source": source,
        "paper": paper,
        "person": person,
        "comment": comment,
        "link": link,
        "application": application,
        "result": make_result(application),
        "share": (share := make_share(paper, person)),
        "sharelink": share.link,
        "channel": share.channel,
        "jobs": {
            name: Job.objects.create(person=person, kind=kind, wish=wish, created_at=timezone.now())
            for name, kind, wish in (
                ("adding", "add", {"url": "https://blog.example/", "title": "", "note": "", "up": False}),
                ("source_look", "look", {"address": "https://blog.example/"}),
                ("channel_tested", "test", {"channel": share.channel.pk}),
            )
        },
    }


def example(name: str, world: dict) -> str:
    """This address, of something that exists."""
    words = {"slug": world["paper"].slug, "token": "no-such-token", "which": "funnel"}
    words["project_slug"] = world["application"].project.slug
    values = {}
    for key in PATTERNS[name].pattern.converters:
        if key == "job_id":
            values[key] = world["jobs"][name].pk
            continue
        thing = name.partition("_")[0] if key == "pk" else key.removesuffix("_id")
        values[key] = words[key] if key in words else world[thing].pk
    return reverse(name, kwargs=values)


def contents() -> dict[str, list]:
    """All that the product keeps, to see that nothing changed."""
    kept = {}
    with connection.cursor() as cursor:
        for model in apps.get_app_config("papers").get_models():
            cursor.execute(f'SELECT t::text FROM "{model._meta.db_table}" t ORDER BY 1')
            kept[model._meta.label] = cursor.fetchall()
    return kept


def signed_in(person, **options) -> Client:
    client = Client(**options)
    client.force_login(person)
    return client


def test_names_are_unique():
    assert len(PATTERNS) == len(list(walk(list(urls.urlpatterns))))
    assert None not in PATTERNS


@every_address
def test_a_stranger_is_sent_to_sign_in(name, world):
    before = contents()
    for method in ("get", "post", "put", "options"):
        response = getattr(Client(), method)(example(name, world))
        if name in OPEN:
            assert response.status_code < 500, method
        else:
            assert response.status_code in {302, 404}, method
            assert response.status_code == 404 or response.url.startswith(reverse("signin")), method
            assert world["paper"].title not in response.content.decode(), method
    assert contents() == before


@every_address
def test_a_stranger_with_htmx_leaves_the_page(name, world):
    response = Client().post(example(name, world), headers={"HX-Request": "true"})
    if name not in OPEN:
        assert response.status_code == 404 or reverse("signin") in response.headers["HX-Redirect"]


@every_address
def test_a_guest_reads_and_changes_nothing(name, world):
    client = signed_in(make_person(role="guest"))
    address = example(name, world)
    before = contents()
    assert client.get(address).status_code in {200, 302, 303, 403, 404, 405}
    assert contents() == before
    if name not in A_GUESTS_OWN:
        response = client.post(address, {"value": "1", "text": "Hello", "url": "2401.12345", "address": "cs.LG"})
        assert response.status_code in {403, 405}
        assert contents() == before


def test_a_guest_reads_every_screen(world):
    client = signed_in(make_person(role="guest"))
    for name in ("today", "browse", "kept", "projects", "sources", "insight", "settings"):
        assert client.get(reverse(name)).status_code == 200, name
    assert client.get(world["paper"].get_absolute_url()).status_code == 200


@every_address
def test_a_forged_form_is_refused_with_a_sentence(name, world):
    client = signed_in(world["person"], enforce_csrf_checks=True)
    before = contents()
    response = client.post(example(name, world), {"csrfmiddlewaretoken": "x" * 64, "value": "1"})
    assert response.status_code == 403
    assert "could not be trusted" in response.content.decode()
    assert contents() == before


@every_address
def test_a_method_that_nobody_sends_is_refused(name, world):
    client = signed_in(world["person"])
    before = contents()
    for method in ("put", "patch", "delete", "options"):
        assert getattr(client, method)(example(name, world)).status_code == 405, method
    assert contents() == before


@every_address
def test_either_get_or_post_is_answered(name, world):
    client = signed_in(world["person"])
    allowed = client.put(example(name, world)).headers["Allow"]
    head = client.head(example(name, world))
    assert (head.status_code == 405) == ("GET" not in allowed and "HEAD" not in allowed)
    assert head.content == b"" or head.status_code == 405


@every_address
def test_looking_changes_nothing_of_what_is_there(name, world):
    """Reading a paper's page marks it as skimmed by POST alone."""
    client = signed_in(world["person"])
    before = contents()
    client.get(example(name, world))
    assert contents() == before


@every_address
@pytest.mark.parametrize("htmx", [{}, {"HX-Request": "true"}])
def test_garbage_gets_a_clear_answer(name, htmx, world):
    client = signed_in(world["person"], headers=htmx)
    address = example(name, world)
    for response in (client.get(address, GARBAGE), client.post(address, GARBAGE), client.post(address, {})):
        assert response.status_code < 500
        assert "evil.example" not in response.headers.get("Location", "")
        assert "Traceback" not in response.content.decode()


@every_address
def test_an_id_beyond_all_numbers_is_not_found(name, world):
    converters = PATTERNS[name].pattern.converters
    if not any(isinstance(converter, IntConverter) for converter in converters.values()):
        return  # a word, or a UUID
    address = reverse(name, kwargs=dict.fromkeys(converters, 10**30))
    client = signed_in(world["person"])
    assert client.get(address).status_code in {404, 405}
    assert client.post(address, {"value": "1", "text": "Hello"}).status_code in {303, 400, 404, 405}


OLDEST, NEWEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2199, 12, 31, 23, 59, tzinfo=UTC)
EXTREMES = {
    "oldest": {"arrived_at": OLDEST, "published_at": OLDEST},
    "of 1970": {"arrived_at": datetime(1970, 1, 1, tzinfo=UTC), "published_at": datetime(1970, 1, 1, tzinfo=UTC)},
    "newest": {"arrived_at": NEWEST, "published_at": NEWEST},
    "empty": {
        **dict.fromkeys(("abstract", "byline", "byline_folded", "link"), ""),
        "categories": [],
        "minutes": 0,
        "version": 0,
        "published_at": None,
    },
    "huge": {
        "abstract": "A word " * 1400,
        "abstract_html": "<p>" + "A <em>word</em> " * 1200 + "</p>",
        "byline": "; ".join(f"Author Number {number}" for number in range(2900)),
        "categories": [f"cs.{number:02}" for number in range(50)],
        "minutes": 32767,
        "version": 32767,
        "code_links": ["https://code.example/" + "x" * 1900] * 5,
    },
}


@pytest.fixture
def extremes(world):
    """A paper of each extreme on every list that there is."""
    person, source = world["person"], world["source"]
    for name, fields in EXTREMES.items():
        title = "" if name == "empty" else f"The {name} paper {'of all papers ' * 70 if name == 'huge' else ''}"
        paper = make_paper(title or " ", source=source, **fields)
        type(paper).objects.filter(pk=paper.pk).update(title=title)
        at = fields.get("arrived_at", NOW)
        make_vote(person, paper, at=at)
        make_stage(person, paper, kept_at=at)
        make_share(paper, person, channel=world["channel"])
        make_application(paper, world["application"].project, at=at)
        Comment.objects.create(paper=paper, person=make_person(), text="Worth it.", at=at)
        world[name] = paper
    return world


@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])  # the first and the last on earth
def test_no_paper_breaks_a_page_however_old_new_empty_or_huge(zone, extremes):
    person = extremes["person"]
    person.time_zone = zone
    person.save()
    judged, untriaged = signed_in(person), signed_in(make_person(time_zone=zone))
    for name in PATTERNS:
        address = example(name, extremes)
        answers = {query: judged.get(address + query) for query in ("", "?q=paper", "?list=kept", "?window=all")}
        answers["untriaged"] = untriaged.get(address)
        assert not {query for query, answer in answers.items() if answer.status_code >= 500}, name


@pytest.mark.parametrize("extreme", EXTREMES)
def test_the_page_of_a_paper_is_drawn_however_extreme(extreme, extremes):
    assert signed_in(extremes["person"]).get(extremes[extreme].get_absolute_url()).status_code == 200


def test_pages_ask_not_to_be_indexed(world):
    assert b'name="robots" content="noindex' in signed_in(world["person"]).get(reverse("browse")).content


@pytest.mark.parametrize("path", ["/", "/browse", "/kept", "/settings"])
@pytest.mark.django_db
def test_what_a_member_sees_is_kept_by_no_proxy(client, path):
    client.force_login(make_person())
    assert {"private", "no-cache"} <= {part.strip() for part in client.get(path)["Cache-Control"].split(",")}
