"""views.add_list: many papers come in at once."""

import html
import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from papers.intake import by_hand
from papers.models import Event, Paper
from papers.sources.item import Item, Signer
from tests.makers import make_paper, make_person
from tests.workers import after_the_worker

from .conftest import text

pytestmark = pytest.mark.django_db
BIB = r"""@string{hens = "Journal of Hens"}
@article{lee24, title={{H}ens of {M}\"unster}, author={Lee, Ann and Bob Ray},
  journal=hens, year=2024, doi={10.1000/hens}}
@article{lee24, title={The same key again}, url={https://blog.example/again}, year=2021}
@article{cut, title={No end

@misc{ray, title={Ducks}, eprint={2401.12345}, archivePrefix={arXiv}, year=2024}
@book{old, title={A book without any address}, year=1999}
"""


@pytest.fixture
def me(client):
    person = make_person("Maxine")
    client.force_login(person)
    return person


@pytest.fixture
def arxiv(monkeypatch):
    """Stand in for arXiv, which knows all ids but 2401.99999."""
    asked = []

    def by_ids(ids, *args):
        asked.append(list(ids))
        known = (pk for pk in ids if pk != "2401.99999")
        return [Item(f"About {pk}", f"https://arxiv.org/abs/{pk}", authors=(Signer("Ann Lee"),)) for pk in known]

    monkeypatch.setattr(by_hand.arxiv, "by_ids", by_ids)
    return asked


def add(client, page):
    """Send the form with all that is ticked in it, and let the worker do it."""
    picked = re.findall(r'name="pick" value="(\d+)" checked', page)
    pasted = re.search(r'<textarea name="many" hidden>\n(.*?)</textarea>', page, re.DOTALL)[1]
    return text(after_the_worker(client, client.post("/add/list", {"many": html.unescape(pasted), "pick": picked})))


def test_bibliography_is_shown_before_anything_is_added(client, me):
    make_paper("Ducks", arxiv_id="2401.12345")
    page = text(client.post("/add", {"file": SimpleUploadedFile("mine.bib", BIB.encode())}))
    assert "New: 2 papers" in page
    assert "Hens of Münster" in page
    assert "The team has 1 already" in page
    assert "2 entries cannot be added" in page
    assert "Line 5: <bdi>@article{cut" in page
    assert "no DOI, arXiv id or link" in page
    assert Paper.objects.count() == 1


def test_ticked_entries_of_a_bibliography_are_added_with_their_data_and_only_once(client, me):
    page = client.post("/add", {"many": BIB}).content.decode()
    assert "3 papers added" in add(client, page)
    paper = Paper.objects.get(title="Hens of Münster")
    assert (paper.authors_shown, paper.published_at.year) == (["Ann Lee", "Bob Ray"], 2024)
    assert Event.objects.filter(kind="added", person=me).count() == 3
    assert "Nothing new" in add(client, page)
    assert Paper.objects.count() == 3


def test_bare_ids_are_looked_up_at_arxiv_in_one_request(client, me, arxiv):
    pasted = "Read these:\narXiv:2401.11111v2 [cs.LG] 3 Jan 2024\n[2401.22222], abs/2401.99999\n"
    page = client.post("/add", {"many": pasted}).content.decode()
    assert "Read these:" in page
    outcome = add(client, page)
    assert arxiv == [["2401.11111", "2401.22222", "2401.99999"]]
    assert "2 papers added" in outcome
    assert "<bdi>2401.99999</bdi> <span" in outcome
    assert "arXiv has no such paper" in outcome


def test_several_addresses_in_place_of_one_are_a_list(client, me):
    assert "New: 2 papers" in text(client.post("/add", {"url": "2401.11111 and https://blog.example/a."}))


@pytest.mark.parametrize(
    "stamp",
    [
        "arXiv:2401.12345v2  [cs.LG]  3 Jan 2024",
        "Lee, A. Ducks. arXiv preprint arXiv:2401.12345, 2024",
        "[2401.12345]",
        "abs/2401.12345",
        "I liked https://arxiv.org/abs/2401.12345, did you?",
    ],
)
def test_stamp_or_sentence_with_one_paper_is_that_paper(client, me, stamp):
    paper = make_paper("Ducks", arxiv_id="2401.12345", link="https://arxiv.org/abs/2401.12345")
    assert client.post("/add", {"url": stamp}).url == paper.get_absolute_url()


def test_nothing_ticked_is_said_and_the_list_is_kept(client, me):
    page = text(client.post("/add/list", {"many": "2401.11111 2401.22222"}))
    assert "Nothing is ticked" in page
    assert "New: 2 papers" in page


@pytest.mark.parametrize(
    ("pasted", "sentence"),
    [
        ("just words", "1 entry cannot be added"),
        ("{}", "cannot be added"),
        ('[{"title": "cut', "cut off"),
        ("x" * 1_000_001, "larger than 1 MB"),
        ("\n".join(f"2401.{n:05}" for n in range(1, 1002)), "at most 1,000"),
    ],
)
def test_what_cannot_be_read_is_said(client, me, pasted, sentence):
    assert sentence in text(client.post("/add", {"many": pasted}))


def test_stranger_is_sent_to_sign_in(client):
    assert client.post("/add/list", {"many": "2401.11111"}).status_code == 302
