"""tex: TeX in titles and abstracts becomes plain text."""

import time
import unicodedata

import pytest

from papers.tex import plain


@pytest.mark.parametrize(
    ("text", "made"),
    [
        (r"N\'u\~nez, Bj\"ork and Fran\c cois", "Núñez, Björk and François"),
        (r"{\AA}s, \aa{}s, \O stby, S\o ren, Wei\ss{}, \L{}ask", "Ås, ås, Østby, Søren, Weiß, Łask"),
        (r"na\"{\i}ve, \'\i, \.Zak, \k{a}, \H{o}, \v Sek", "naïve, í, Żak, ą, ő, Šek"),
        (r"\textbf{$\beta$-Zoo}: \emph{very \textsc{small}}", "β-Zoo: very small"),
        (r"$\operatorname*{arg\,max}_{y} g$", "arg max_y g"),
        (r"$a<b$ and $c > d$", "a<b and c > d"),
        (r"from $7 to $9, or \$3, at 5\%", "from $7 to $9, or $3, at 5%"),
        (r"$\mathcal{O}(n\log\log n)$ steps, $\tilde{O}(n)$", "O(n log log n) steps, Õ(n)"),
        (r"$\ell_{2,q}$, $x^{10}$, $y^{a+b}$, $\frac{1}{3}$, $\sqrt{n/m}$", "ℓ_(2,q), x^10, y^(a+b), 1/3, √(n/m)"),
        (r"{\bf Big} P$^3$ {B}irds, $\{0,1\}$", "Big P^3 Birds, {0,1}"),
        (r"\href{https://a.example}{Here}, \cite{b} \url{c.example}\footnote{d}", "Here, c.example"),
        (r"Our $\birds{x}$ and \cats{y}", r"Our \birds{x} and \cats{y}"),
        (r"a\\b, c\,d, e~f \alpha", "a b, c d, e f α"),
        ("A {plain} title: 100% ~ of _it_ ^ & #", "A {plain} title: 100% ~ of _it_ ^ & #"),
        ("", ""),
    ],
)
def test_tex_becomes_what_people_would_type(text, made):
    assert plain(text) == made


@pytest.mark.parametrize("mark", "'`^\"~=.cvuHkrd")
def test_every_accent_is_read_in_every_spelling(mark):
    letter = {"c": "c", "k": "a", "u": "a", "r": "a", "d": "a", ".": "z", "v": "s", "H": "o"}.get(
        mark, "n" if mark == "~" else "o"
    )
    made = {
        plain(form)
        for form in (
            rf"\{mark}{{{letter}}}",
            rf"{{\{mark}{{{letter}}}}}",
            rf"\{mark} {letter}",
            rf"{{\{mark} {letter}}}",
        )
    }
    assert len(made) == 1
    (made,) = made
    assert len(made) == 1
    assert unicodedata.normalize("NFD", made)[0] == letter


HOSTILE = [
    *(
        "{" * 9999,
        r"\emph{" * 1600,
        r"\(" * 5000,
        "\\" * 9999,
        r"\'" * 5000,
        r"\frac{" * 1600,
        "$\\" * 5000,
        "_{" * 5000,
    ),
    *(
        "\\c" + " " * 9998,
        "\\cite" + " " * 9990,
        r"\href{" * 1600,
        r"\emph" + r"{\x}" * 2000,
        r"\tilde " * 1400,
        r"\sqrt" * 2000,
    ),
    *("$a " * 3000, "\\(" + "x" * 9000, "\\" + "a" * 9999),
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_takes_no_time(text):
    began = time.perf_counter()
    assert len(plain(text)) < 2 * len(text)
    assert time.perf_counter() - began < 0.3
