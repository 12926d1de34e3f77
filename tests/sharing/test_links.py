"""sharing.links: addresses that everyone can open, until they are revoked."""

from datetime import timedelta

import pytest

from papers.models import ShareLink
from papers.sharing import links
from tests.makers import NOW, make_paper, make_person

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(hours=1)


def test_a_person_has_one_live_link_to_a_paper():
    ada, paper = make_person(), make_paper()
    link = links.link_for(ada, paper, NOW)
    assert links.link_for(ada, paper, LATER) == link
    assert links.link_for(make_person(), paper, LATER) != link
    assert links.link_for(ada, make_paper(), LATER) != link
    assert len(link.token) >= 22


def test_a_revoked_link_leads_nowhere_and_the_next_one_is_new():
    ada, paper = make_person(), make_paper()
    link = links.link_for(ada, paper, NOW)
    assert links.of_paper(paper) == [link]
    links.revoke(link, NOW)
    assert links.of_paper(paper) == []
    assert links.link_for(ada, paper, LATER).token != link.token


def test_revoking_twice_keeps_the_first_time():
    link = links.link_for(make_person(), make_paper(), NOW)
    links.revoke(link, NOW)
    links.revoke(link, LATER)
    assert ShareLink.objects.get().revoked_at == NOW


def test_nonsense_is_no_token():
    assert links.find("nonsense\0") is None
    assert links.find("") is None
