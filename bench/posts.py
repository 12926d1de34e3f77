"""bench.posts: feeds of invented blog posts with their full HTML, the same ones every time."""

from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from random import Random

from bench.atom import NEWEST, Press

ENTRIES = 50


def feed(press: Press, number: int) -> bytes:
    """Return an RSS feed of ENTRIES posts of about 700 words each."""
    site = f"https://blog{number}.example"
    rng = Random(f"feed {number}")
    posts = "".join(_post(press, rng, site, n, NEWEST - timedelta(days=3 * n, minutes=number)) for n in range(ENTRIES))
    return (
        '<?xml version="1.0" encoding="UTF-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel>'
        f"<title>Blog {number}</title><link>{site}/</link><description>Notes</description>{posts}</channel></rss>"
    ).encode()


def _post(press: Press, rng: Random, site: str, number: int, at: datetime) -> str:
    title = press.text(6).capitalize()
    parts = [f"<h2>{title}</h2>"]
    for n in range(8):
        parts.append(f"<p>{press.text(40)} <em>{press.text(3)}</em> {press.text(42)}.</p>")
        if n % 3 == 0:
            parts.append(
                f'<p><a href="/{n}" class="x">{press.text(4)}</a> <img src="/{n}.png" alt="{press.text(3)}"></p>'
            )
    parts.append(f"<ul><li>{press.text(9)}</li><li>{press.text(8)}</li></ul><pre><code>f(x) &lt; 3</code></pre>")
    link = f"{site}/{at:%Y/%m}/{rng.getrandbits(40):x}"
    return (
        f'<item><title>{title}</title><link>{link}</link><guid isPermaLink="true">{link}</guid>'
        f"<dc:creator>{press.names[number]}</dc:creator><pubDate>{format_datetime(at)}</pubDate>"
        f"<content:encoded>{escape(''.join(parts))}</content:encoded></item>"
    )
