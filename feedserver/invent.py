"""feedserver.invent: invent a paper, post or person from a random number generator, the same one every time."""

import html
import re
from dataclasses import dataclass
from functools import cache
from random import Random
from typing import Any

from . import people, topics, words


@dataclass(frozen=True, slots=True)
class Author:
    name: str
    affiliation: str = ""


@dataclass(frozen=True, slots=True)
class Text:
    """The text of a paper, at whatever time it appears."""

    title: str
    abstract: str
    authors: tuple[Author, ...]
    categories: tuple[str, ...]  # primary first
    comment: str = ""
    doi: str = ""
    journal_ref: str = ""
    journal: str = ""
    licence: str = ""


@dataclass(frozen=True, slots=True)
class PostText:
    title: str
    summary: str
    content: str  # HTML
    tags: tuple[str, ...]


@cache
def person(seed: int, number: int) -> Author:
    """Return an author by number. The lower the number, the more papers the author has."""
    rng = Random(f"{seed} person {number}")
    first_names, last_names = people.NAMES[rng.choice(sorted(people.NAMES))]
    name = f"{rng.choice(first_names.split())} {rng.choice(last_names.split('|'))}"
    first, rest = name.split(" ", 1)
    if number > 900:  # only very long author lists reach this far, and would have many namesakes
        name = f"{first} {rng.choice('ABCDEGHJKLMPRST')}. {rng.choice('ABCDEGHJKLMPRST')}. {rest}"
    elif rng.random() < 0.25:
        name = f"{first} {rng.choice('ABCDEGHJKLMPRST')}. {rest}"
    if rng.random() < 0.02:
        name += rng.choice([" Jr", " III"])
    return Author(name, rng.choice(people.AFFILIATIONS))


def authors(rng: Random, seed: int, count: int = 0) -> tuple[Author, ...]:
    count = count or min(40, 1 + int(rng.gammavariate(1.6, 2.4)))
    # A squared random number: a few authors write a lot, as in any field.
    numbers = dict.fromkeys(int(1 + 900 * rng.random() ** 2) + 900 * (n // 900) for n in range(count * 3))
    signed = [person(seed, number) for number in list(numbers)[:count]]
    if rng.random() >= 0.3:  # most feeds print no affiliations
        signed = [Author(author.name) for author in signed]
    if count > 8 and rng.random() < 0.3:
        signed.append(Author(rng.choice(people.COLLABORATIONS)))
    return tuple(signed)


class Slots:
    """The words of one paper. Each key is chosen once, so that all sentences are about the same thing."""

    def __init__(self, rng: Random, topic: topics.Topic):
        self.rng = rng
        self.chosen: dict[str, str] = {
            name: rng.choice(getattr(topic, name)) for name in ("thing", "task", "trouble", "method", "benchmark")
        }
        self.chosen["trouble_short"] = self.chosen["trouble"].split(",")[0]
        beast = rng.choice(words.BEASTS)
        lab = rng.choice(words.LABS)
        self.chosen |= {
            "beast": beast,
            "worthy": rng.choice(words.WORTHIES),
            "slug": beast.lower(),
            "code": f"https://github.com/{lab}/{beast.lower()}",
        }
        for name, least, most in (
            *(("ratio", 3, 40), ("audit", 30, 400), ("loc", 9, 60), ("seeds", 3, 20), ("sets", 4, 17)),
            *(("score", 51, 97), ("kept", 40, 99), ("people", 12, 300), ("cost", 6, 80), ("ms", 2, 90)),
            *(("size", 1, 70), ("pages", 6, 48), ("figures", 2, 14), ("tables", 2, 9), ("minor", 1, 30)),
        ):
            self.chosen[name] = str(rng.randint(least, most))
        self.chosen["gain"] = f"{rng.uniform(0.2, 9):.1f}"
        self.chosen["error"] = f"{rng.uniform(0.1, 1.5):.1f}"

    def say(self, sentences: tuple[str, ...]) -> str:
        sentence = self.rng.choice(sentences)
        text = re.sub(r"\{([a-z_]+)\}", lambda match: self.chosen.get(match[1], match[0]), sentence)
        return text[:1].upper() + text[1:]

    def title(self) -> str:
        if self.rng.random() < 0.01:
            return self.say(words.ODD_TITLES)
        title = self.say(words.TITLES)
        if self.rng.random() < 0.25 and not title.endswith("?"):
            title += self.say(words.TWISTS)
        return headline(title) if self.rng.random() < 0.6 else title


_LARGE = re.compile(r"(?<![\w-])(?!(?:a|and|are|by|for|from|in|of|on|the|to|under|with)\b)[a-z]")


def headline(title: str) -> str:
    """
    >>> headline("On the limits of early-exit drafting for LLMs")
    'On the Limits of Early-exit Drafting for LLMs'
    """
    return _LARGE.sub(lambda match: match[0].upper(), title)


def _topic(rng: Random, about: str = "") -> topics.Topic:
    if about:
        return rng.choice([topic for topic in topics.TOPICS if topic.category in about.split()])
    return rng.choices(topics.TOPICS, topics.WEIGHTS)[0]


def text(seed: int, key: str, author_count: int = 0) -> Text:
    """Return the paper with this key."""
    rng = Random(f"{seed} paper {key}")
    topic = _topic(rng)
    slots = Slots(rng, topic)
    sentences = [slots.say(words.MOTIVES), slots.say(words.GAPS), slots.say(words.IDEAS)]
    if rng.random() < 0.3:
        sentences.append(slots.say(topic.maths))
    sentences.append(slots.say(words.RESULTS))
    if rng.random() < 0.04:
        sentences.append(slots.say(words.COMPARISONS))
    if rng.random() < 0.8:
        sentences.append(slots.say(words.MORALS))
    if rng.random() < 0.13:
        sentences.append(slots.say(words.CODE))
    doi = journal_ref = journal = ""
    if rng.random() < 0.06:
        journal, name = rng.choice(words.JOURNALS)
        number = rng.randint(1, 400)
        doi = f"10.5555/{journal}.2026.{number}.{rng.randint(1000, 9999)}"  # a prefix for tests
        journal_ref = f"{name} {rng.randint(2, 30)} (2026) {number}-{number + rng.randint(5, 30)}"
    return Text(
        title=slots.title(),
        abstract=" ".join(sentences),
        authors=authors(rng, seed, author_count),
        categories=(topic.category, *[other for other in topic.beside if rng.random() < 0.4]),
        comment=slots.say(words.COMMENTS) if rng.random() < 0.7 else "",
        doi=doi,
        journal_ref=journal_ref,
        journal=journal,
        licence=rng.choice(words.LICENCES),
    )


def post(seed: int, key: str, about: str = "") -> PostText:
    """Return the blog post with this key, about one of these categories, or any if none is given."""
    rng = Random(f"{seed} post {key}")
    slots = Slots(rng, _topic(rng, about))
    paragraphs = [slots.say((paragraph,)) for paragraph in rng.sample(words.POST_PARAGRAPHS, rng.randint(3, 6))]
    parts = [f"<p>{html.escape(paragraph, quote=False)}</p>" for paragraph in paragraphs]
    chosen: dict[str, Any] = {name: html.escape(value) for name, value in slots.chosen.items()}
    parts.insert(
        1, f'<figure><img src="figure-1.svg" alt="A curve"><figcaption>{chosen["benchmark"]}</figcaption></figure>'
    )
    parts.insert(2, f"<h2>What is {chosen['method']}?</h2>")
    parts.append(
        f"<pre><code>for batch in {chosen['slug']}:\n    if batch.loss &lt; 0.{chosen['score']}: rest()</code></pre>"
        f'<p>The code is <a href="{chosen["code"]}">on GitHub</a>; more <a href="../">in the archive</a>.</p>'
    )
    return PostText(slots.say(words.POST_TITLES), paragraphs[0], "\n".join(parts), (slots.chosen["task"],))
