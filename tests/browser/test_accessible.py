"""Every screen, light and dark: nothing serious for axe-core, nothing that the browser complains about."""

from datetime import timedelta

import pytest
from django.utils import timezone

from papers.models import OneTimeLink
from tests.makers import make_paper, make_person, make_source, make_stage, make_vote

from .conftest import in_both_looks

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def team():
    """An admin, colleagues, sources in every state, and papers with all that a page can show."""
    now = timezone.now()
    admin, colleague = make_person("Ada Lind", role="admin"), make_person("Bo Ek")
    good = make_source("Kettle Notes", last_success=now, last_fetch=now, yield_read=0.2, yield_skimmed=40)
    make_source("Broken", failures=4, last_error="broken.example did not answer in time.", last_fetch=now)
    make_source("Quiet", state="muted", horizon="moonshot")
    math = '<math xmlns="http://www.w3.org/1998/Math/MathML" display="inline"><mi>n</mi></math>'
    paper = make_paper(
        "A title with $n$ in it",
        title_html=f"A title with {math} in it",
        source=good,
        arrived_at=now,
        code_links=["https://github.com/a/b"],
        comment="12 pages",
    )
    other = make_paper("Another", source=good, arrived_at=now - timedelta(minutes=1))
    make_vote(colleague, paper)
    make_vote(admin, other, -1)
    make_stage(admin, make_paper("Kept", source=good), skimmed_at=now, kept_at=now)
    return admin, paper


SCREENS = ("/", "/browse", "/browse?q=nothing+fits", "/kept", "/sources", "/sources/new", "/sources/start", "/add")


SETTINGS = ("/settings", "/settings/people", "/settings/health")


@in_both_looks
def test_every_screen_is_open_to_all(window, team, scheme, viewport):
    admin, paper = team
    visitor = window(admin, viewport=viewport, color_scheme=scheme)
    source = paper.sightings.get().source_id
    for path in (
        *SCREENS,
        f"/sources/{source}",
        paper.get_absolute_url(),
        *SETTINGS,
        f"/settings/people/{admin.pk}/remove",
    ):
        visitor.open(path)
        assert visitor.barriers() == [], path
        assert visitor.fits(), path


def test_the_ways_in_are_open_to_all(window, transactional_db):
    visitor = window()
    now = timezone.now()
    _, token = OneTimeLink.objects.mint("invitation", now, timedelta(days=1), email="new@team.example")
    for path in ("/signin", f"/link/{token}"):
        visitor.open(path)
        assert visitor.barriers() == [], path


def test_an_empty_install_is_open_to_all(window, transactional_db):
    visitor = window(make_person(role="admin"))
    for path in ("/", "/browse", "/kept", "/sources"):
        visitor.open(path)
        assert visitor.barriers() == [], path


def test_the_check_itself_finds_a_barrier(window, transactional_db):
    visitor = window()
    visitor.page.set_content('<html lang="en"><title>x</title><button></button><p style="color: #999">pale</p></html>')
    assert {line.partition(":")[0] for line in visitor.barriers()} == {"button-name", "color-contrast"}
