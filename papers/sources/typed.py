"""sources.typed: the feed of an address as people know it, where the site's rule is known."""

import re

_YOUTUBE = "https://www.youtube.com/feeds/videos.xml"
_RULES = [
    (re.compile(pattern, re.IGNORECASE), feed)
    for pattern, feed in (
        (r"(?:m\.)?youtube\.com/channel/(UC[\w-]{22})(?:/.*)?", rf"{_YOUTUBE}?channel_id=\1"),
        (r"(?:m\.)?youtube\.com/playlist\?(?:.*&)?list=([\w-]+).*", rf"{_YOUTUBE}?playlist_id=\1"),
        (r"(?:old\.|new\.)?reddit\.com/((?:r|u|user)/[\w-]+)", r"https://www.reddit.com/\1/.rss"),
        (r"github\.com/([\w-]+/[\w.-]+?)(?:\.git|/releases|/tags)?", r"https://github.com/\1/releases.atom"),
        (r"github\.com/([\w-]+)", r"https://github.com/\1.atom"),
        (r"([\w-]+)\.substack\.com(?:/(?:about|archive))?", r"https://\1.substack.com/feed"),
        (r"medium\.com/(@[\w.-]+|[\w-]+)", r"https://medium.com/feed/\1"),
        (r"huggingface\.co/blog", r"https://huggingface.co/blog/feed.xml"),
        (r"dev\.to/([\w-]+)", r"https://dev.to/feed/\1"),
        (r"([\w-]+(?:\.[\w-]+)+/@\w+)", r"https://\1.rss"),  # Mastodon
    )
]


def feed_of(address: str) -> str:
    """The address of the feed, if the site's rule is known; any other address unchanged.

    >>> feed_of("https://www.reddit.com/r/MachineLearning/"), feed_of("https://blog.example/@")
    ('https://www.reddit.com/r/MachineLearning/.rss', 'https://blog.example/@')
    """
    place = re.sub(r"^https?://(?:www\.)?", "", address.partition("#")[0], flags=re.IGNORECASE).rstrip("/")
    if "youtube.com/@" in place or place.startswith(("github.com/topics", "medium.com/feed", "dev.to/feed")):
        return address  # their pages name the feed
    for pattern, feed in _RULES:
        if match := pattern.fullmatch(place):
            return match.expand(feed)
    return address
