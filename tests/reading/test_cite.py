"""reading.cite: metadata for Zotero and other reference managers."""

import gzip
import json
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from papers.models import Paper
from papers.names import surname_first
from papers.reading import cite
from tests.makers import NOW

SAMPLE = Path(__file__).parents[3] / "shared/samples/arxiv_citation_meta_tags.json.gz"


def paper(**fields):
    return Paper(
        pk=1,
        **{"kind": "arxiv", "title": "T", "arxiv_id": "2603.00001", "link": "https://arxiv.org/abs/2603.00001",
           "arrived_at": NOW, "published_at": NOW, **fields},
    )  # fmt: skip


def test_arxiv_paper_has_arxivs_tags():
    tags = dict(cite.metas(paper(), ["Ada M. Example"], "10.1/x", "https://tenth.example/p/2603.00001"))
    assert tags["citation_author"] == "Example, Ada M."
    assert tags["citation_date"] == "2026/03/04"
    assert tags["citation_pdf_url"] == "https://arxiv.org/pdf/2603.00001"
    assert tags["citation_doi"] == "10.1/x"


def test_post_has_its_own_address_and_no_arxiv_tags():
    tags = dict(cite.metas(paper(arxiv_id="", link="https://blog.example/1"), [], "", "https://tenth.example/p/1"))
    assert tags["citation_public_url"] == "https://blog.example/1"
    assert not {"citation_arxiv_id", "citation_pdf_url", "citation_doi"} & tags.keys()


def test_references_have_no_tex():
    odd = paper(title=r"K\"onig's $\beta$-nets", abstract=r"We \emph{prove} $x^2$ in Bj\o rk's sense.")
    tags = dict(cite.metas(odd, [], "", ""))
    assert tags["citation_title"] == "König's β-nets"
    assert tags["citation_abstract"] == "We prove x^2 in Björk's sense.".replace("ö", "ø")
    assert dict(parse_qsl(cite.coins(odd, [])))["rft.atitle"] == "König's β-nets"


def test_coins_can_be_parsed_by_zotero():
    text = cite.coins(paper(title='100 % "A & B" + ß = C'), ["Ada Example", "Bo & Co"])
    assert all("=" in part for part in text.split("&"))
    fields = dict(parse_qsl(text))
    assert fields["rft.atitle"] == '100 % "A & B" + ß = C'
    assert (fields["rft.aulast"], fields["rft.aufirst"], fields["rft.au"]) == ("Example", "Ada", "Bo & Co")
    assert fields["rft_id"] == "https://arxiv.org/abs/2603.00001"


@pytest.mark.samples
@pytest.mark.skipif(not SAMPLE.exists(), reason="the recorded samples are not here")
def test_names_are_written_like_arxivs():
    tags = json.loads(gzip.decompress(SAMPLE.read_bytes())).values()
    names = [tag["content"] for page in tags for tag in page if tag["name"] == "citation_author"]
    wrong = [name for name in names if surname_first(_printed(name)) != name]
    assert len(names) > 3000
    assert len(wrong) / len(names) < 0.01, wrong


def _printed(name):
    last, _, first = name.partition(", ")
    first, _, suffix = first.partition(", ")
    return " ".join(filter(None, [first, last, suffix]))
