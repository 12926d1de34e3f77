"""intake.render: posts become safe HTML."""

import pytest

from papers.intake import render

# ── HTML ─────────────────────────────────────────────────────────────────────────────────────


@pytest.mark.parametrize(
    ("content", "kept"),
    [
        ("<p>Hi <b>there</b></p>", "<p>Hi <b>there</b></p>"),
        ('<p style="color:red" class=x id=y onclick="z()">a</p>', "<p>a</p>"),
        ("<script>alert(1)</script><style>p{}</style>a", "a"),
        ('<img src="https://track.example/x.gif">a<iframe src=x></iframe>', "a"),
        ('<a href="javascript:x">a</a>', '<a rel="noopener noreferrer nofollow">a</a>'),
        ('<a href="https://a.example/">a</a>', '<a href="https://a.example/" rel="noopener noreferrer nofollow">a</a>'),
        ("<h2>Part one</h2><p></p>text", "<p>Part one</p>text"),
        ("<p>open <em>ends", "<p>open <em>ends</em></p>"),
        ("<math><mtext><script>x</script></mtext></math><svg onload=x>", "<math><mtext></mtext></math>"),
        (
            '<p>so <math display="block" onclick="z()" href="javascript:x"><mi width="9em">x</mi></math></p>',
            '<p>so <math display="block"><mi>x</mi></math></p>',
        ),
        (
            '<math><semantics><mi>x</mi><annotation-xml encoding="text/html"><p>y</p></annotation-xml></semantics></math>',  # noqa: E501
            "<math><mi>x</mi></math>",
        ),
    ],
)
def test_untrusted_html_is_sanitized(content, kept):
    assert render.clean(content) == kept


def test_long_post_is_cut_and_its_tags_are_closed():
    made = render.clean("<div><p>some <em>words</em> here</p></div>" * 5000)
    assert len(made) < render.LONGEST_HTML + 100
    assert made.count("<div>") == made.count("</div>")
    assert "…" in made[-40:]
