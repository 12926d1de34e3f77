"""The banner: a message from the operator on every page, if there is one."""

import pytest

from tests.makers import make_person

pytestmark = pytest.mark.django_db
PAGES = ["/", "/browse", "/kept", "/projects", "/sources", "/insight", "/settings", "/people", "/nonsense"]


@pytest.mark.parametrize("path", PAGES)
def test_it_is_on_every_page_as_plain_text(client, settings, path):
    settings.BANNER = "Work planned tonight <from 22:00>"
    client.force_login(make_person(role="admin"))
    assert (
        'class="banner" aria-label="About this install">Work planned tonight &lt;from 22:00&gt;</aside>'
        in client.get(path).text
    )


def test_strangers_see_it_too(client, settings):
    settings.BANNER = "A trial install"
    assert "A trial install" in client.get("/signin").text


@pytest.mark.parametrize("path", PAGES)
def test_a_normal_install_has_none(client, path):
    client.force_login(make_person(role="admin"))
    assert 'class="banner"' not in client.get(path).text
