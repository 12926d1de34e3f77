"""People in the browser: a line each, and what cannot be taken lightly asks first."""

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from papers.models import OneTimeLink, Person
from tests.makers import make_person

from .conftest import in_both_looks

pytestmark = pytest.mark.django_db(transaction=True)
NARROW = {"width": 320, "height": 640}


@pytest.fixture
def admin(transactional_db):
    return make_person("Ada Lind", role="admin")


@pytest.mark.parametrize("scripts", [True, False], ids=["scripts", "no scripts"])
def test_deactivating_asks_first(window, admin, scripts):
    person = make_person("Bo Ek")
    page = window(admin, java_script_enabled=scripts).open("/settings/people")
    page.locator(".folds summary", has_text="Bo Ek").first.click()
    expect(page.get_by_role("button", name="Deactivate", exact=True)).to_be_hidden()
    page.get_by_text("Deactivate …").click()
    expect(page.get_by_text("Bo Ek is signed out and cannot sign in until you reactivate them.")).to_be_visible()
    assert Person.objects.get(pk=person.pk).is_active
    page.get_by_role("button", name="Deactivate", exact=True).click()
    expect(page.locator(".toast")).to_contain_text("Deactivated Bo Ek.")
    assert not Person.objects.get(pk=person.pk).is_active


@in_both_looks
def test_it_is_open_to_all(window, admin, scheme, viewport):
    make_person("Bo Gone", is_active=False)
    make_person("A person with quite a long name that does not fit beside anything", role="guest")
    OneTimeLink.objects.mint("invitation", timezone.now(), timedelta(days=1), created_by=admin)
    for size in (viewport, NARROW):
        visitor = window(admin, viewport=size, color_scheme=scheme)
        for path in ("/settings/people", "/settings/health", "/settings/channels", "/settings"):
            page = visitor.open(path)
            for summary in page.locator("main summary:visible").all():
                summary.click()
            assert visitor.barriers() == [], path
            assert visitor.fits(), path
