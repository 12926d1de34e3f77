"""intake.tex_html: plain text with TeX becomes safe HTML."""

import re
import time
from xml.etree import ElementTree

import pytest

from papers.intake import mathml, tex_html
from papers.intake.render import LONGEST_TEXT


@pytest.mark.parametrize("text", ["", "Plain words", "n<m & p<0.05 for <MASK>", "It costs $5", "$5 and $10", "$ x $"])
def test_plain_text_needs_no_rendering(text):
    assert tex_html.render(text) == ""


@pytest.mark.parametrize("text", ["a $x$", "a $$x$$", r"a \(x\)", r"a \[x\]"])
def test_formulas_become_mathml(text):
    made = tex_html.render(text)
    assert "<mi>x</mi>" in made
    assert ('display="block"' in made) == ("$$" in text or "[" in text)


def test_dollars_before_a_digit_or_with_spaces_are_formulas_if_they_contain_tex():
    assert tex_html.render(r"$\sim$10 and $ x^2 $").count("<math") == 2


@pytest.mark.parametrize(
    ("text", "made"),
    [
        (r"$\frac{1}{$ and <b>", ""),
        (r"\emph{so} $\frac{1}{$ <b>", r"<em>so</em> $\frac{1}{$ &lt;b&gt;"),
        (r"\emph{so} $\ourmacro{x}$", r"<em>so</em> $\ourmacro{x}$"),
        (r"\emph{so} $x and more", "<em>so</em> $x and more"),
    ],
)
def test_tex_that_cannot_be_rendered_is_shown_unchanged(text, made):
    assert tex_html.render(text) == made


@pytest.mark.parametrize(
    ("text", "made"),
    [
        (r"Bal\'azs, G{\"o}del, Erd\H{o}s, \c{C}a, na\"{\i}ve", "Balázs, Gödel, Erdős, Ça, naïve"),
        (r"\L{}ukasz, S\o rensen, Stra\ss e", "Łukasz, Sørensen, Straße"),
        (r"\emph{\'e}t\'e", "<em>é</em>té"),
        (r"\textbf{very \emph{much}} {\it so}", "<strong>very <em>much</em></strong> <em>so</em>"),
        (r"50\% of R\&D, \$5, a\_b", "50% of R&amp;D, $5, a_b"),
        (r"see \url{https://a.example/~b}", "see <code>https://a.example/~b</code>"),
        (r"\href{https://a.example}{a page} of us \cite{a,b}, \eg this, 5\times", "a page of us, e.g. this, 5×"),
        (r"\textbf{$k$-Bench}", '<strong><math display="inline"><mrow><mi>k</mi></mrow></math>-Bench</strong>'),
        (r"Fran\c cois \v Skoda, \.Z, \AA s, \Delta-nets, \d f", "François Škoda, Ż, Ås, Δ-nets, \\d f"),
        (r"{\bf a} {\sc b} \textbf{unbalanced", r"<strong>a</strong> b \textbf{unbalanced"),
        (r"H\textsubscript{2}O\footnote{water}", "H<sub>2</sub>O"),
        (r"a \textsc{Name} and \unknown{thing}", r"a Name and \unknown{thing}"),
    ],
)
def test_common_macros_between_formulas_are_translated(text, made):
    assert tex_html.render(text) == made


EVIL = [
    r"$\text{<script>alert(1)</script>}$",
    r"$\mathrm{<img src=x onerror=alert(1)>}$",
    r"$\href{javascript:alert(1)}{x}$",
    r"$\style{background:url(//x)}{y}$",
    r"$\class{a}{x} \color{red}y$",
    r'\emph{<b onclick="x">} \url{javascript:x"><script>}',
    r"$\text{&lt;script&gt;}$ $\operatorname{</math><script>}$",
    r"\textbf{a}<script>\emph{b}</script>",
]


@pytest.mark.parametrize("text", EVIL)
def test_output_contains_only_simple_markup_and_mathml(text):
    made = tex_html.render(text)
    tree = ElementTree.fromstring(f"<p>{made}</p>")  # well-formed
    for element in tree.iter():
        assert element.tag in {"p", "em", "strong", "code", *mathml.ELEMENTS}
        assert set(element.keys()) <= mathml.ATTRIBUTES


def test_operator_with_a_space_in_its_name_keeps_it():
    made = tex_html.render(r"$\operatorname*{arg\,min}_x f$")
    assert re.sub(r"<[^>]*>", "", made) == "argminxf"
    assert "<mo></mo>" not in made
    assert "<mspace" in made


def test_formula_is_never_lost():
    for formula in (r"$\ourmacro{x}$", r"\(\frac{1\)", r"\textbf{$\ourmacro{x}$}", "$x$", r"\emph{$x^2$"):
        made = tex_html.render(rf"\emph{{So}} {formula} holds")
        assert "x" in made or "frac" in made
        assert made.endswith(" holds")


def test_mathml_token_elements_contain_only_text():
    tree = ElementTree.fromstring(tex_html.render(r"$\mathop{\mathrm{argmin}}_x \underset{a}{\operatorname{max}}$"))
    assert not [element.tag for element in tree.iter() if element.tag in {"mi", "mo", "mn", "mtext"} and len(element)]


def test_bold_letters_use_unicodes_bold_alphabets():
    assert "𝜽" in tex_html.render(r"$\boldsymbol{\theta}$")


HOSTILE = [r"\(" * 5000, "$a " * 5000, r"$" + r"\$" * 5000, "$" * 10_000, f"${'{' * 590}$", r"\emph{" * 2000]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_is_rendered_quickly(text):
    began = time.perf_counter()
    tex_html.render(text[:LONGEST_TEXT])
    assert time.perf_counter() - began < 0.5
