"""feedserver.press: a blog's site: its home page, its feed in the blog's dialect, and a page for each post."""

import html
import json
from datetime import UTC, datetime
from email.utils import format_datetime

from .blogs import Blog
from .markup import DECLARATION, escape, lines, quoteattr, tag
from .reply import Reply
from .world import Post, World

FEED_LENGTH = 25
TYPES = {
    "rss": "application/rss+xml",
    "atom": "application/atom+xml",
    "json": "application/feed+json",
    "rdf": "application/rdf+xml",
}
NOT_FOUND = Reply(status=404, body=b"<!doctype html><title>Not found</title><p>There is no such page.")


def reply(world: World, now: datetime, base: str, slug: str, name: str) -> Reply:
    """Return the page `name` of a blog under `base`; an empty name is its home page."""
    blog = world.blogs.get(slug)
    if blog is None:
        return NOT_FOUND
    home = f"{base}/blogs/{slug}/"
    posts = world.posts(blog, now)
    if not name:
        return Reply(body=_home(blog, home, posts).encode())
    if name == blog.feed_name:
        newest = posts[0].at if posts else datetime(2026, 1, 1, tzinfo=UTC)
        draw = {"rss": _rss, "atom": _atom, "json": _json, "rdf": _rdf}[blog.dialect]
        return Reply(
            body=draw(blog, home, posts[:FEED_LENGTH], newest).encode(),
            content_type=f"{TYPES[blog.dialect]}; charset=utf-8",
            headers={"Last-Modified": format_datetime(newest.astimezone(UTC), usegmt=True)},
        )
    post = next((post for post in posts if post.slug == name), None)
    return Reply(body=_article(post, home).encode()) if post else NOT_FOUND


def _link(post: Post, home: str) -> str:
    return post.link or home + post.slug


# Feeds


def _rss(blog: Blog, home: str, posts: list[Post], newest: datetime) -> str:
    head = lines(
        4,
        tag("title", blog.name),
        tag("link", home),
        tag("description", blog.tagline),
        f'<atom:link href="{home}{blog.feed_name}" rel="self" type="application/rss+xml"/>',
        tag("lastBuildDate", format_datetime(newest)),
        tag("ttl", "60"),
    )
    items = "".join(
        "    <item>\n"
        + lines(
            6,
            tag("title", post.text.title),
            tag("link", _link(post, home)),
            tag("guid", f"{blog.slug}-{post.slug}", 'isPermaLink="false"'),
            tag("pubDate", format_datetime(post.at)),
            tag("dc:creator", post.author),
            *(tag("category", name) for name in post.text.tags),
            tag("description", post.text.summary),
            tag("content:encoded", post.text.content) if blog.full else "",
        )
        + "    </item>\n"
        for post in posts
    )
    return (
        '<?xml version="1.0" encoding="utf-8"?>\n'
        '<rss version="2.0" xmlns:atom="http://www.w3.org/2005/Atom" xmlns:dc="http://purl.org/dc/elements/1.1/" '
        'xmlns:content="http://purl.org/rss/1.0/modules/content/">\n'
        f"  <channel>\n{head}{items}  </channel>\n</rss>\n"
    )


def _atom(blog: Blog, home: str, posts: list[Post], newest: datetime) -> str:
    head = lines(
        2,
        tag("title", blog.name),
        tag("subtitle", blog.tagline),
        tag("id", f"tag:{blog.slug}.invented.example,2026:feed"),
        f'<link href="{home}{blog.feed_name}" rel="self"/>',
        f'<link href="{home}"/>',
        tag("updated", newest.isoformat()),
    )
    entries = "".join(
        "  <entry>\n"
        + lines(
            4,
            tag("title", post.text.title),
            f"<link href={quoteattr(_link(post, home))}/>",
            tag("id", f"tag:{blog.slug}.invented.example,2026:{post.slug}"),
            tag("published", post.at.isoformat()),
            tag("updated", post.at.isoformat()),
            f"<author>{tag('name', post.author)}</author>",
            *(f"<category term={quoteattr(name)}/>" for name in post.text.tags),
            tag("summary", post.text.summary),
            tag("content", post.text.content, 'type="html"') if blog.full else "",
        )
        + "  </entry>\n"
        for post in posts
    )
    return f'{DECLARATION}<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="en">\n{head}{entries}</feed>\n'


def _json(blog: Blog, home: str, posts: list[Post], newest: datetime) -> str:
    items = []
    for post in posts:
        item = {
            "id": f"{blog.slug}/{post.slug}",
            "url": _link(post, home),
            "title": post.text.title,
            "summary": post.text.summary,
            "date_published": post.at.isoformat(),
            "authors": [{"name": post.author}],
            "tags": list(post.text.tags),
        }
        items.append(item | ({"content_html": post.text.content} if blog.full else {"content_text": post.text.summary}))
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": blog.name,
        "description": blog.tagline,
        "home_page_url": home,
        "feed_url": home + blog.feed_name,
        "items": items,
    }
    return json.dumps(feed, ensure_ascii=False, indent=1)


def _rdf(blog: Blog, home: str, posts: list[Post], newest: datetime) -> str:
    """Return RSS 1.0 with PRISM, as publishers of journals send it."""
    head = lines(4, tag("title", blog.name), tag("link", home), tag("description", blog.tagline))
    order = lines(8, *(f"<rdf:li rdf:resource={quoteattr(_link(post, home))}/>" for post in posts))
    items = "".join(
        f"  <item rdf:about={quoteattr(_link(post, home))}>\n"
        + lines(
            4,
            tag("title", post.text.title),
            tag("link", _link(post, home)),
            tag("description", post.text.summary),
            tag("dc:identifier", f"doi:{post.paper.text.doi}" if post.paper else ""),
            tag("prism:doi", post.paper.text.doi if post.paper else ""),
            tag("prism:publicationName", blog.name),
            tag("dc:date", post.at.isoformat()),
            *(tag("dc:creator", author.name) for author in (post.paper.text.authors if post.paper else ())),
        )
        + "  </item>\n"
        for post in posts
    )
    return (
        f'{DECLARATION}<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
        'xmlns="http://purl.org/rss/1.0/" xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:prism="http://prismstandard.org/namespaces/basic/2.0/">\n'
        f'  <channel rdf:about="{home}{blog.feed_name}">\n{head}    <items>\n      <rdf:Seq>\n{order}      </rdf:Seq>\n'
        f"    </items>\n  </channel>\n{items}</rdf:RDF>\n"
    )


# Pages


def _home(blog: Blog, home: str, posts: list[Post]) -> str:
    rows = "".join(
        f"<li><a href={quoteattr(_link(post, home))}>{html.escape(post.text.title)}</a> {post.at:%d %B %Y}</li>\n"
        for post in posts[:FEED_LENGTH]
    )
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(blog.name)}</title>\n'
        f'<link rel="alternate" type="{TYPES[blog.dialect]}" title={quoteattr(blog.name)} href="{blog.feed_name}">\n'
        f"</head>\n<body>\n<h1>{escape(blog.name)}</h1>\n<p>{escape(blog.tagline)}</p>\n<ul>\n{rows}</ul>\n"
        "</body>\n</html>\n"
    )


def _article(post: Post, home: str) -> str:
    text = post.text
    metas = [
        ("property", "og:type", "article"),
        ("property", "og:title", text.title),
        ("property", "og:description", text.summary),
        ("property", "og:url", home + post.slug),
        ("property", "og:site_name", post.blog.name),
        ("property", "article:published_time", post.at.isoformat()),
        ("name", "author", post.author),
    ]
    if post.paper:
        paper = post.paper.text
        metas += [
            ("name", "citation_title", paper.title),
            *(("name", "citation_author", author.name) for author in paper.authors),
            ("name", "citation_publication_date", f"{post.at:%Y/%m/%d}"),
            ("name", "citation_abstract", paper.abstract),
            *([("name", "citation_doi", paper.doi)] if paper.doi else []),
            ("name", "citation_arxiv_id", post.paper.id),
        ]
    head = lines(0, *(f"<meta {kind}={quoteattr(name)} content={quoteattr(value)}>" for kind, name, value in metas))
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n<title>{escape(text.title)} · '
        f'{escape(post.blog.name)}</title>\n<link rel="canonical" href="{home}{post.slug}">\n'
        f'<link rel="alternate" type="{TYPES[post.blog.dialect]}" href="{post.blog.feed_name}">\n{head}</head>\n'
        f"<body>\n<article>\n<h1>{escape(text.title)}</h1>\n<p>{escape(post.author)}, {post.at:%d %B %Y}</p>\n"
        f"{text.content or tag('p', text.summary)}\n</article>\n</body>\n</html>\n"
    )
