"""bench.prose: titles and abstracts with words as common and as rare as in a real language, the same every time.

The frequencies of sixty thousand invented words follow Zipf's law. Sentences come from a stock, so that words occur
together, and each abstract has one name that it shares with seventeen other papers.
"""

from itertools import accumulate
from random import Random

from bench.atom import SYLLABLES

WORDS, SENTENCES = 60_000, 40_000
SHARE = 18  # papers that share an invented name


class Prose:
    """Title and abstract of a paper by number: call an instance with the number."""

    def __init__(self, count: int):
        rng = Random("prose")
        self.names = max(1, count // SHARE)
        words: dict[str, None] = {}
        while len(words) < WORDS:
            words["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4)))] = None
        self.words = list(words)  # the most common first
        weights = list(accumulate(1 / (rank + 5) for rank in range(WORDS)))
        self.sentences = [
            " ".join(rng.choices(self.words, cum_weights=weights, k=rng.randint(12, 24))).capitalize() + "."
            for _ in range(SENTENCES)
        ]

    def name(self, number: int) -> str:
        """Return a name with a "y", which no word has."""
        return f"Ny{self.words[number % self.names]}"

    def __call__(self, number: int) -> tuple[str, str]:
        rng = Random(number)
        sentences = rng.choices(self.sentences, k=8)
        return (
            f"{sentences[0][:70].rsplit(' ', 1)[0]} ({number})",
            f"We present {self.name(number)}. {' '.join(sentences[1:])}",
        )
