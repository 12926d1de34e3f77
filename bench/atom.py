"""bench.atom: pages of invented papers as arXiv's search API sends them, the same ones every time.

They resemble arXiv's AI papers: abstracts of about 1,200 letters from a large vocabulary, six authors from a pool in
which a few write a lot (Zipf), one abstract in eight with a link to code, one in five with formulas, some with a bare
`<`.
"""

from datetime import UTC, datetime, timedelta
from html import escape
from itertools import accumulate
from random import Random

PAGE = 100
SYLLABLES = [consonant + vowel for consonant in "bcdfglmnprstv" for vowel in "aeio"]
FORMULAS = (
    r"$O(n^{%d} \log n)$",
    r"$\epsilon_{%d}$",
    r"$\mathcal{L}_{%d}(\theta)$",
    r"$n<%d$",
    r"$\mathbb{R}^{%d}$",
    r"$\|x\|_2^2 \le %d$",
)
CATEGORIES = ("cs.LG", "cs.CL", "cs.CV", "cs.AI", "stat.ML", "cs.RO", "cs.IR", "math.OC")
HEAD = (
    "<?xml version='1.0' encoding='UTF-8'?>\n"
    '<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" '
    'xmlns="http://www.w3.org/2005/Atom">\n<id>https://arxiv.org/api/x</id><title>arXiv Query: x</title>'
    "<updated>2026-03-04T00:00:00Z</updated><opensearch:itemsPerPage>{page}</opensearch:itemsPerPage>"
    "<opensearch:totalResults>{total}</opensearch:totalResults><opensearch:startIndex>{start}</opensearch:startIndex>\n"
)
NEWEST = datetime(2026, 3, 4, tzinfo=UTC)


class Press:
    """Makes page after page."""

    def __init__(self, seed: str = "press"):
        self.rng = Random(seed)
        self.words = [self._word() for _ in range(20_000)]
        self.names = [f"{self._word().title()} {self._word().title()}" for _ in range(30_000)]
        self.word_weights = list(accumulate(1 / (rank + 5) for rank in range(len(self.words))))
        self.name_weights = list(accumulate(1 / (rank + 50) for rank in range(len(self.names))))

    def page(self, first: int, start: int, total: int) -> bytes:
        """Return papers `first` to `first + 99`, as the page at `start` of an answer with `total` results."""
        head = HEAD.format(page=PAGE, total=total, start=start)
        return f"{head}{''.join(self._entry(first + n) for n in range(PAGE))}</feed>\n".encode()

    def _word(self) -> str:
        return "".join(self.rng.choices(SYLLABLES, k=self.rng.randint(2, 4)))

    def text(self, words: int) -> str:
        return " ".join(self.rng.choices(self.words, cum_weights=self.word_weights, k=words))

    def _abstract(self) -> str:
        rng = self.rng
        parts = [self.text(rng.randint(150, 190)).capitalize()]
        if rng.random() < 0.2:
            parts += [f"{rng.choice(FORMULAS) % rng.randint(1, 30)} {self.text(4)}" for _ in range(rng.randint(1, 4))]
        if rng.random() < 0.012:
            parts.append("p<0.05 for <MASK>")
        if rng.random() < 0.13:
            parts.append(f"Code: https://github.com/{self._word()}/{self._word()}.")
        return " ".join(parts)

    def _entry(self, number: int) -> str:
        rng = self.rng
        base = f"{2401 + number // 90_000}.{10_000 + number % 90_000}"
        at = (NEWEST - timedelta(minutes=number)).strftime("%Y-%m-%dT%H:%M:%SZ")
        authors = dict.fromkeys(rng.choices(self.names, cum_weights=self.name_weights, k=rng.randint(2, 10)))
        categories = rng.sample(CATEGORIES, rng.randint(1, 3))
        return (
            f"<entry><id>http://arxiv.org/abs/{base}v1</id><title>{self.text(9).capitalize()}</title>"
            f'<updated>{at}</updated><link href="https://arxiv.org/abs/{base}v1" rel="alternate" type="text/html"/>'
            f'<link href="https://arxiv.org/pdf/{base}v1" rel="related" type="application/pdf" title="pdf"/>'
            f"<summary>{escape(self._abstract())}</summary>"
            + "".join(f'<category term="{term}" scheme="http://arxiv.org/schemas/atom"/>' for term in categories)
            + f"<published>{at}</published><arxiv:comment>{rng.randint(8, 30)} pages</arxiv:comment>"
            f'<arxiv:primary_category term="{categories[0]}"/>'
            + "".join(f"<author><name>{name}</name></author>" for name in authors)
            + "</entry>\n"
        )
