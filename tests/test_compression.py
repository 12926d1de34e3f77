"""HTML is sent compressed, and its length gives nothing away (BREACH)."""

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


def test_a_page_is_sent_compressed_to_a_browser_that_can_read_it(reader):
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


def test_a_session_goes_along_with_no_request_that_another_site_sends(settings):
    assert settings.SESSION_COOKIE_SAMESITE == "Lax"
