"""sources.article: pages that hold an article, and pages that do not."""

import pytest

from papers.sources import article, robots
from papers.sources.wire.fetch import Reply

SENTENCE = "The quiet otter crossed river {0} and counted {0} stones that it found on the other side of it. "
POST = "".join(f"<p>{''.join(map(SENTENCE.format, range(n, n + 3)))}</p>" for n in range(10, 31, 3))


def page(
    body=f"<article><h1>Otters</h1>{POST}</article>", head="", url="https://pond.example/otters", kind="text/html"
):
    html = f"<html><head><title>Otters</title>{head}</head><body><nav>Home About</nav>{body}</body></html>"
    return Reply(200, url, {"content-type": kind}, html.encode())


def locked(value):
    return f'<script type="application/ld+json">{{"@graph": [{{"@type": "Article", {value}}}]}}</script>'


def test_article_is_taken_without_the_pages_frame():
    found = article.read(page())
    assert found.outcome == article.TAKEN
    assert found.words > 250
    assert "quiet otter" in found.text
    assert "About" not in found.text
    assert "<p>" in found.html


@pytest.mark.parametrize(
    ("reply", "outcome"),
    [
        (page(head=locked('"isAccessibleForFree": false')), article.PAYWALL),
        (page(head=locked('"isAccessibleForFree": "False"')), article.PAYWALL),
        (page(head=locked('"isAccessibleForFree": false,,')), article.PAYWALL),
        (page(head=locked('"hasPart": [{"isAccessibleForFree": false}]')), article.PAYWALL),
        (page(head='<meta property="article:content_tier" content="locked">'), article.PAYWALL),
        (page(f"<article><meta itemprop='isAccessibleForFree' content='false'>{POST}</article>"), article.PAYWALL),
        (page(url="https://pond.example/login?next=/otters"), article.PAYWALL),
        (page("<p>Please sign in.</p><form><input type='password'></form>"), article.PAYWALL),
        (page(head=locked('"isAccessibleForFree": true')), article.TAKEN),
        (page("<div id='root'></div>"), article.EMPTY),
        (page("<article><p>Too short to be all.</p></article>"), article.EMPTY),
        (page(kind="application/pdf"), article.EMPTY),
        (Reply(200, "https://pond.example/", {"content-type": "text/html"}, b""), article.EMPTY),
    ],
)
def test_paywalls_login_forms_and_empty_pages_are_told_apart(reply, outcome):
    assert article.read(reply).outcome == outcome


def test_page_that_has_no_more_than_the_summary_is_no_article():
    assert article.read(page(), summary_words=2_000).outcome == article.EMPTY


@pytest.mark.parametrize(
    ("rules", "allowed"),
    [
        (b"", True),
        (b"User-agent: *\nDisallow: /posts", False),
        (b"User-agent: Tenth\nDisallow: /posts\n\nUser-agent: *\nAllow: /", False),
        (b"User-agent: other\nDisallow: /", True),
        (b"User-agent: *\nDisallow: /\nAllow: /posts/1", True),
        (b"\xff\xfe not rules at all", True),
    ],
)
def test_robots_rules_are_read(rules, allowed):
    assert robots.allows(rules, "https://pond.example/posts/1") is allowed


def test_formulas_of_a_page_are_kept_as_tex():
    words = "The kettle warms up slowly and the cups wait for it in a row. " * 12
    body = (
        f"<html><body><article><h1>Tea</h1><p>{words}</p><p>Say <math><semantics><mi>k</mi><annotation "
        f'encoding="application/x-tex">k_1</annotation></semantics></math> and <img class="latex" alt="x^2" src="/l.png"> '  # noqa: E501
        f"and <math><msup><mi>e</mi><mi>t</mi></msup></math> to them now.</p><p>{words}</p></article></body></html>"
    )
    found = article.read(Reply(200, "https://blog.example/a", {"content-type": "text/html"}, body.encode()))
    assert r"Say \(k_1\) and \(x^2\) and e^t to them" in found.text
