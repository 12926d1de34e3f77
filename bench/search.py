"""bench.search: what a search costs a signed-in member, by how common its words are, beside the page floor.

`python -m bench.search 10000 100000` takes the sizes as arguments; a million papers take a quarter of an hour to make.
Words come from bench.prose. Rounds alternate between sizes, and product and floor within; each request of a kind asks
for other words. Cold: PostgreSQL is started anew and the system's cache of its files is emptied, then each kind is
asked once.
"""

import os
import shutil
import statistics
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from itertools import cycle, pairwise
from pathlib import Path
from urllib.parse import urlencode

from bench.child import Child
from bench.prose import SENTENCES, Prose

SIZES = (10_000, 100_000)
ROUNDS, COLD_ROUNDS = 20, 8
EACH = 12  # words of a kind
AIM, AIM_COLD = 6.0, 220.0
NO_AIM = ("phrase never", "floor")


def words(prose: Prose, size: int) -> dict[str, list[dict[str, str]]]:
    """For each kind of search, some of them: the fields of /browse."""
    said = [sentence.lower().rstrip(".").split() for sentence in prose.sentences]
    sentences = Counter(word for sentence in said for word in set(sentence))
    pairs = Counter(pair for sentence in said for pair in set(pairwise(sentence)))
    share = {word: 1 - (1 - count / SENTENCES) ** 7 for word, count in sentences.items()}  # of the abstracts

    def near(goal: float) -> list[str]:
        return sorted(share, key=lambda word: (abs(share[word] / goal - 1), word))[: EACH * 2]

    often = [word for word in share if share[word] > 0.1]
    common, two = near(0.3), near(0.02)
    both = {(one, other): pairs[one, other] / SENTENCES * 7 for one in often for other in often if one != other}
    frequent = sorted(both, key=lambda pair: (-both[pair], pair))[:EACH]
    seldom = sorted(both, key=lambda pair: (abs(both[pair] / 0.001 - 1), pair))[:EACH]
    never = sorted(pair for pair in both if not both[pair])[:EACH]
    names = [prose.name(size // 2 + number) for number in range(EACH)]
    kinds = {
        "rare": names,
        "one in 1,000": near(0.001),
        "one in 100": near(0.01),
        "one in 30": near(0.033),
        "common": common,
        "two words": [f"{one} {other}" for one, other in pairwise(common)],
        "two, one in 50": [f"{one} {other}" for one, other in pairwise(two)],
        "phrase often": [f'"{one} {other}"' for one, other in frequent],
        "phrase seldom": [f'"{one} {other}"' for one, other in seldom],
        "phrase never": [f'"{one} {other}"' for one, other in never],
        "nowhere": [f"quy{name}" for name in names],
        "minus": [f"{one} -{other}" for one, other in pairwise(common)],
        "only minus": [f"-{word}" for word in common],
        "twelve words": [" ".join(common[number : number + 12]) for number in range(EACH)],
    }
    asked = {kind: [{"q": text} for text in texts[:EACH]] for kind, texts in kinds.items()}
    byline = "wang"  # bench.house signs as people do
    return asked | {
        "author:": [{"q": f"author:{byline}"}],
        "category, common": [{"q": word, "category": "cs.LG"} for word in common[:EACH]],
        "category, rare": [{"q": name, "category": "cs.LG"} for name in names],
        "cat: in the words": [{"q": f"{word} cat:cs.CL"} for word in near(0.01)[:EACH]],
    }


def filters(size: int) -> dict[str, list[dict[str, str]]]:
    """What can be ticked, with and without words."""
    from papers.models import Source

    muted = str(Source.objects.get(name="Muted").pk)
    return {
        "stage new": [{"stage": "new"}],
        "stage read": [{"stage": "read"}],
        "stage kept": [{"stage": "kept"}],
        "votes team": [{"votes": "team"}],
        "votes me": [{"votes": "me"}],
        "votes me-down": [{"votes": "me-down"}],
        "source": [{"source": muted}],
        "horizon": [{"horizon": "core"}],
        "horizon, none": [{"horizon": "moonshot"}],
        "project, none": [{"project": "atlas"}],
        "author": [{"author": "wang"}],
        "category": [{"category": "math.OC"}],
    }
