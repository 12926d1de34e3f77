"""sources.markup: links and formulas in the HTML of posts."""

import pytest

from papers.sources import markup
from papers.sources.text import text_of

BASE, PAGE = "https://blog.example/notes/one", "https://blog.example/p/1"


@pytest.mark.parametrize(
    ("href", "leads_to"),
    [
        ("/about", "https://blog.example/about"),
        ("two.html", "https://blog.example/notes/two.html"),
        ("../up", "https://blog.example/up"),
        ("//cdn.example/x", "https://cdn.example/x"),
        ("?page=2", "https://blog.example/notes/one?page=2"),
        ("#note", "https://blog.example/p/1#note"),
        ("https://else.example/", "https://else.example/"),
        ("mailto:ann@blog.example", "mailto:ann@blog.example"),
    ],
)
def test_links_lead_to_the_blog(href, leads_to):
    assert markup.whole(f'<a href="{href}">x</a><a href="/">y</a>', BASE, PAGE).startswith(f'<a href="{leads_to}">')


def test_xml_base_counts_at_every_depth():
    made = markup.whole('<div xml:base="a/"><p xml:base="b/"><a href="c">x</a></p></div><a href="c">y</a>', BASE)
    assert 'href="https://blog.example/notes/a/b/c"' in made
    assert 'href="https://blog.example/notes/c"' in made


def test_link_without_a_base_leads_nowhere():
    assert "settings" not in markup.whole('<a href="/settings">x</a>')


TEX = r"\frac{a}{b}"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (f'<img src="https://s0.wp.com/latex.php?latex=x&bg=fff" alt="{TEX}" class="latex">', rf"\({TEX}\)"),
        ('<img src="https://s0.wp.com/latex.php?latex=%5Cfrac%7Ba%7D%7Bb%7D&bg=fff" alt="">', rf"\({TEX}\)"),
        ('<img src="https://latex.codecogs.com/svg.image?%5Cfrac{a}{b}">', rf"\({TEX}\)"),
        ('<img src="https://www.zhihu.com/equation?tex=%5Cfrac%7Ba%7D%7Bb%7D">', rf"\({TEX}\)"),
        (f'<img src="/q.svg" class="ql-img-displayed-formula" alt="{TEX}">', rf"\[{TEX}\]"),
        (f'<img src="/q.svg" alt="${TEX}$">', rf"\({TEX}\)"),
        (f'<img src="/q.svg" class="equation" alt="$${TEX}$$">', rf"\[{TEX}\]"),
        ('<img src="/q.svg" class="equation">', "[formula]"),
        ('<img src="/q.svg" class="equation" alt="the loss of tea over time">', "the loss of tea over time"),
        (
            '<div class="latex-rendered" data-attrs="{&quot;persistentExpression&quot;:&quot;\\\\frac{a}{b}&quot;}"></div>',  # noqa: E501
            rf"\[{TEX}\]",
        ),
        (f'<script type="math/tex">{TEX}</script>', rf"\({TEX}\)"),
        (
            f'<span class="MathJax_Preview">a</span><script type="math/tex; mode=display">% <![CDATA[ {TEX} %]]></script>',  # noqa: E501
            rf"\[{TEX}\]",
        ),
        (f'<span data-tex="{TEX}">ab</span>', rf"\({TEX}\)"),
        (f"<d-math>{TEX}</d-math>", rf"\({TEX}\)"),
        (f'<code data-math-style="inline">{TEX}</code>', rf"\({TEX}\)"),
        (f'<math alttext="{TEX}"></math>', rf"\({TEX}\)"),
        (
            f'<math><semantics><mrow></mrow><annotation encoding="application/x-tex">{TEX}</annotation></semantics></math>',  # noqa: E501
            rf"\({TEX}\)",
        ),
        (
            '<span class="katex"><span class="katex-mathml"><math><semantics><mfrac><mi>a</mi><mi>b</mi></mfrac>'
            '<annotation encoding="application/x-tex">z</annotation></semantics></math></span>'
            '<span class="katex-html">ab</span></span>',
            "a/b",
        ),
        (
            '<span class="mwe-math-element"><span><math alttext="z"><mi>x</mi></math></span>'
            '<img class="mwe-math-fallback-image-inline" alt="z"></span>',
            "x",
        ),
        (
            "<mjx-container><svg></svg><mjx-assistive-mml><math><mi>x</mi></math></mjx-assistive-mml></mjx-container>",
            "x",
        ),
        ("<m:math><m:msup><m:mi>x</m:mi><m:mn>12</m:mn></m:msup></m:math>", "x^12"),
        ("<math><msqrt><mi>x</mi><mo>&InvisibleTimes;</mo><mi>y</mi></msqrt></math>", "√(x\u2062y)"),
        ("<math><apply><plus/><ci>x</ci></apply></math>", "x"),
    ],
)
def test_sentence_keeps_its_formula(content, text):
    made = text_of(markup.whole(f"<p>Say {content} now</p>"))
    assert " ".join(made.split()) == f"Say {text} now"


def test_hostile_markup_is_bounded():
    for hostile in ("<math>" * 50_000, "<span class=katex>" * 20_000, '<img alt="$' * 20_000, "<a href=/" * 50_000):
        markup.whole(hostile)
        text_of(hostile)
