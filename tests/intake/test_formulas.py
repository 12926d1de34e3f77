"""intake.formulas: TeX in posts becomes MathML."""

import pytest

from papers.intake import formulas, render


@pytest.mark.parametrize(
    "content",
    [
        r"<p>Take \(k_t \in \mathbb{N}\) cups.</p>",
        r"<p>Take \[k = \sum_i w_i\] cups.</p>",
        "<p>Take $$a<br>= b$$ cups.</p>",
        "<p>Take $x_i$ cups.</p>",
        "<p>Take $n&lt;m$ cups.</p>",
        "<p>Take $k$ cups.</p>",
        "<p>Take $O(n \\log n)$ cups.</p>",
        r"<ul><li>$f: A \to B$</li></ul>",
    ],
)
def test_tex_in_posts_is_rendered(content):
    made = render.clean(content)
    assert "<math" in made
    assert "$" not in made
    assert "\\" not in made


@pytest.mark.parametrize(
    "content",
    [
        "<p>From $5M and US$ to $10.</p>",
        "<p>Set $HOME and $PATH to it.</p>",
        "<p>It costs $5, not $6; say $HOME$ now.</p>",
        r"<pre>a \(x\) $y_i$</pre>",
        "<p><code>$x_i$ <b>$y$</b></code></p>",
        r"<p>a \(\nosuchmacro{x}\) b</p>",
    ],
)
def test_money_code_and_what_cannot_be_rendered_stay(content):
    assert render.clean(content) == content


def test_a_hostile_post_is_bounded():
    made = formulas.render("<p>" + "$x$ " * 5_000 + "</p>")
    assert made.count("<math") == formulas.MOST
    assert formulas.render("\\(" * 10_000)
    assert formulas.render("$$" + "a<br>" * 5_000)
