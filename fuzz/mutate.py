"""fuzz.mutate: break an input in a few random places."""

from collections.abc import Sequence
from random import Random

# Signs with a meaning in some format that we read.
_SIGNS = (
    "\0 \x1b \u202e \u00ad \ufeff \u0301 < > & ]]> <![CDATA[ &#0; &#xd800; &lt; ' \" \\ { } $ $$ \\( \\) % %00 %zz "
    "/ // ? # @ [ ] : ; - . .. ß İ ﷺ 𝛼 字 1e999 -1 99999999999999999999 true null http:// javascript: <!-- --> <a "
    "<title> </item> <guid> \\frac{ \\textbf{ ^ _ ~ | * + , = ( ) 10.1000/ arXiv: 2603.00001 0x7f"
)
ODD = (*_SIGNS.split(" "), " ", "\n", "\t", "a" * 300, "<b>" * 60, "{" * 60)
MOST = 6  # changes to one input


def text(rng: Random, seeds: Sequence[str]) -> str:
    """Return one of the seeds with up to MOST changes."""
    value = rng.choice(seeds)
    for _ in range(rng.randint(1, MOST)):
        at = rng.randint(0, len(value))
        end = min(len(value), at + int(rng.paretovariate(0.8)))
        match rng.randrange(6):
            case 0:
                value = value[:at] + value[end:]
            case 1:
                value = value[:at] + rng.choice(ODD) + value[at:]
            case 2:
                value = value[:at] + rng.choice(ODD) + value[end:]
            case 3:
                value = value[:end] + value[at:end] * rng.randint(1, 8) + value[end:]
            case 4:
                value = value[:at] + chr(rng.randrange(1, 0x3000)) + value[at + 1 :]
            case _:
                other = rng.choice(seeds)
                value = value[:at] + other[rng.randint(0, len(other)) :]
        value = value[:20_000]
    return value


def data(rng: Random, seeds: Sequence[bytes]) -> bytes:
    """Return one of the seeds with changes to its text, in any of several encodings, or to its bytes."""
    value = text(rng, [rng.choice(seeds).decode("utf-8", "replace")])
    encoding = rng.choice(("utf-8", "utf-8", "utf-8", "latin-1", "utf-16", "windows-1252"))
    raw = value.encode(encoding, "replace")
    for _ in range(rng.choice((0, 0, 1, 5))):
        at = rng.randint(0, len(raw))
        raw = raw[:at] + bytes([rng.randrange(256)]) + raw[at + 1 :]
    return raw
