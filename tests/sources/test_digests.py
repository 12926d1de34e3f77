"""sources.digests: the papers that a post lists, and posts that only cite some."""

import time

import pytest

from papers.sources.digests import MOST, mentions


def a(number, text="paper", site="https://arxiv.org/abs/"):
    return f'<a href="{site}2603.{number:05d}">{text}</a>'


def listed(content):
    return [(item.title, item.link.rpartition("/")[2], item.line) for item in mentions(content, None)]


SAYS = "It lets kites steer themselves in any wind."


@pytest.mark.parametrize(
    "entry",
    [
        "<li>{link}: " + SAYS + "</li>",
        "<li><b>{title}</b> - " + SAYS + " {here}</li>",
        "<li><p><strong>{title}</strong></p><p>" + SAYS + " {here} | <a href='https://x.example'>Tweet</a></p></li>",
        "<h3>{link}</h3><p>" + SAYS + "</p>",
        "<h3>1. {title}</h3><p>" + SAYS + " ({here})</p>",
        "<p><b>{link}</b><br>" + SAYS + "</p>",
        "<tr><td>1) {title}</td><td>" + SAYS + "</td><td>{here}</td></tr>",
    ],
)
def test_each_paper_of_a_digest_comes_with_its_line(entry):
    titles = ["Steering kites alone", "Folding kites fast"]
    entries = [
        entry.format(title=title, link=a(n, title), here=a(n, "Paper", "https://www.arxiv.org/pdf/"))
        for n, title in enumerate(titles)
    ]
    inside = "".join(entries)
    content = f"<p>Hello.</p>{f'<table>{inside}</table>' if '<tr' in entry else f'<ul>{inside}</ul>'}"
    found = mentions(content, None)
    assert [item.link.rpartition("/")[2] for item in found] == ["2603.00000", "2603.00001"]
    if "<tr" not in entry:
        assert [item.title for item in found] == titles
    assert all(SAYS[:40].rstrip(".") in item.line for item in found)


def test_a_link_that_says_nothing_gives_no_title():
    content = f"<ul><li>{a(1, 'here')}</li><li>{a(2, 'arXiv')}</li><li>{a(3, 'Kites in the wild')}</li></ul>"
    assert [title for title, _, _ in listed(content)] == ["arXiv:2603.00001", "arXiv:2603.00002", "Kites in the wild"]


@pytest.mark.parametrize(
    "content",
    [
        f"<p>We like {a(1, 'a paper on kites')} very much, and so should you, dear reader.</p>",
        f"<p>Kites fly ({a(1, 'Sample et al. 2024')}), says the theory, and dive ({a(2, 'Bo et al., 2025')}) too.</p>",
        f"<p>Words.</p><h2>References</h2><ol><li>Sample. {a(1, 'On kites')}</li><li>Bo. {a(2, 'On wind')}</li></ol>",
        f"<ul><li>[1] Sample. {a(1, 'On kites')}</li><li>[2] Bo. {a(2, 'On wind')}</li></ul>",
        "<p>no papers</p>",
        "",
    ],
)
def test_an_essay_that_cites_papers_is_no_digest(content):
    assert mentions(content, None) == ()


def test_a_huge_or_hostile_page_is_bounded():
    many = "".join(f"<li>{a(n, f'Kites number {n}')}</li>" for n in range(200))
    assert len(mentions(f"<ul>{many}</ul>", None)) == MOST
    began = time.monotonic()
    for content in ("<li>" * 90_000 + a(1) + a(2), "<div><b>" * 40_000 + a(1) + a(2), a(1, "x" * 90_000) * 3):
        mentions(content, None)
    assert time.monotonic() - began < 5
