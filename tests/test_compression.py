"""HTML is sent compressed, and its length reveals nothing (BREACH)."""

import gzip
import re

import pytest

from tests.makers import make_paper, make_person

pytestmark = pytest.mark.django_db
GZIP = {"accept-encoding": "gzip, deflate, br"}


@pytest.fixture
def reader(client):
    for number in range(8):
        make_paper(f"Paper {number}")
    client.force_login(make_person())
    return client


def test_a_page_is_compressed_for_browsers_that_accept_it(reader):
    plain, packed = reader.get("/"), reader.get("/", headers=GZIP)
    assert "Content-Encoding" not in plain
    assert packed["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed["Vary"]
    assert len(packed.content) < len(plain.content) / 3
    assert "Paper 7" in gzip.decompress(packed.content).decode()


def test_the_length_of_a_page_varies_and_so_does_its_token(reader):
    pages = [reader.get("/browse?q=guess", headers=GZIP).content for _ in range(8)]
    assert len({len(page) for page in pages}) > 1
    tokens = [re.search(r'"X-CSRFToken": "(\w+)"', gzip.decompress(page).decode())[1] for page in pages]
    assert len(set(tokens)) == len(tokens)


def test_the_session_cookie_is_not_sent_with_requests_from_other_sites(settings):
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"
