"""bench.prose: titles and abstracts in which words are as common and as rare as in a language, the same each time.

Sixty thousand invented words fall off as Zipf says. Sentences come from a stock, so that words keep company, and one
name in each abstract is shared with seventeen other papers.
"""

from itertools import accumulate
from random import Random

from bench.atom import SYLLABLES

WORDS, SENTENCES = 60_000, 40_000
SHARE = 18  # so many papers have a coined name


class Prose:
    """Call it with a paper's number."""

    def __init__(self, count: int):
        rng = Random("prose")
        self.names = max(1, count // SHARE)
        words: dict[str, None] = {}
        while len(words) < WORDS:
            words["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4)))] = None
        self.words = list(words)  # the commonest first
        weights = list(accumulate(1 / (rank + 5) for rank in range(WORDS)))
        self.sentences = [
            " ".join(rng.choices(self.words, cum_weights=weights, k=rng.randint(12, 24))).capitalize() + "."
            for _ in range(SENTENCES)
        ]

    def name(self, number: int) -> str:
        """No word has a y."""
        return f"Ny{self.words[number % self.names]}"

    def __call__(self, number: int) -> tuple[str, str]:
        rng = Random(number)
        said = rng.choices(self.sentences, k=8)
        return f"{said[0][:70].rsplit(' ', 1)[0]} ({number})", f"We present {self.name(number)}. {' '.join(said[1:])}"
