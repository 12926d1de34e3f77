"""fuzz.seeds: small, well-formed inputs of every kind, for the mutations to start from."""

from collections.abc import Iterator
from pathlib import Path

LARGEST = 8_000  # bytes of a file that are used

RSS = """<?xml version="1.0" encoding="utf-8"?><rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
xmlns:content="http://purl.org/rss/1.0/modules/content/"><channel><title>Kettle notes</title>
<link>https://kettle.example/</link>

<item><title>On &amp; off &lt;b&gt;switches&lt;/b&gt;</title>
<link>/posts/7?utm_source=x</link><guid isPermaLink="false">7</guid>
<pubDate>Tue, 03 Mar 2026 08:00:00 +0100</pubDate><dc:creator>Ada Example, Bo Sample</dc:creator>
<content:encoded><![CDATA[
<p>We <em>boil</em> \\(x^2\\) <img src="a.png" alt="a kettle"></p><pre>f(x) &lt; 3</pre>]]></content:encoded></item>
<item><title></title><guid>https://kettle.example/8</guid>
<pubDate>12 Okt 2026</pubDate><description>Short.</description></item>
</channel></rss>"""
ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:base="https://fjord.example/b/"><title type="html">Fjord</title>
<link rel="next" href="?page=2"/><author><name>Cy Invented</name><email>cy@fjord.example</email></author>
<entry><id>tag:fjord.example,2026:1</id>
<title type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml">A <b>bold</b> one</div></title>
<link href="one"/><published>2026-03-01T10:00:00Z</published><summary>arXiv:2603.00001v2</summary>
<content type="html">&lt;math&gt;&lt;mi&gt;x&lt;/mi&gt;&lt;/math&gt; $$\\frac{1}{2}$$</content></entry></feed>"""
JSON_FEED = (
    '{"version": "https://jsonfeed.org/version/1.1", "title": "Petit Lot", "items": [{"id": 1,'
    ' "url": "https://a.example/1", "content_html": "<p>One</p>", "date_published": "2026-03-01T10:00:00+01:00",'
    ' "authors": [{"name": "Di"}]}]}'
)
OPML = """<opml version="2.0"><body><outline text="Labs &amp; co"><outline type="rss" text="Kettle"
xmlUrl="https://kettle.example/feed.xml" htmlUrl="https://kettle.example/"/><outline text="arXiv"
xmlUrl="http://export.arxiv.org/rss/cs.AI+cs.LG"/></outline></body></opml>"""
BIBTEX = r"""@string{j = "J. Inv."}
@article{ex26, title = {On {$n$} kettles}, author = {Ex{\'a}mple, Ada and {The Team}},
year = 2026, journal = j # " 3", eprint = {2603.00001}, archivePrefix = {arXiv}} @comment{x}"""
RIS = "TY  - JOUR\nTI  - On kettles\nAU  - Example, Ada\nPY  - 2026\nDO  - 10.1000/x\nER  - \n"
CSL = (
    '[{"id": "x", "type": "article", "title": "On kettles", "DOI": "10.1000/x", "issued": {"date-parts": [[2026, 3]]}}]'
)
LISTS = (BIBTEX, RIS, CSL, "arXiv:2603.00001v2 [cs.LG] 3 Mar 2026\nsee https://a.example/b, and 10.1000/y.")
FEEDS = (RSS, ATOM, JSON_FEED)
ADDRESSES = (
    "https://arxiv.org/abs/2603.00001v2",
    "arXiv:math.GT/0309136",
    "10.48550/arXiv.2603.00001",
    "https://doi.org/10.1000/xyz(12)",
    "https://www.google.com/url?q=https://a.example/b&sa=D",
    "HTTP://www.Bücher.example:80/a/../b/?utm_source=x&q=1#top",
    "https://eur01.safelinks.protection.outlook.com/?url=https%3A%2F%2Fa.example%2F&data=1",
    "https://huggingface.co/papers/2603.00001",
    "https://a.example/amp/?amp=1",
    "https://github.com/kettle/boil.git and https://zenodo.org/records/123",
    "http://[::1]:8000/x",
    "oai:arXiv.org:2603.00001v1",
)
TEXTS = (
    r"\textbf{$\alpha$-Bench}: $n<m$ for L\'evy and {\"o} in \operatorname*{arg\,min}_{x \in \mathbb{R}^n} f(x)",
    "GPT-4, Llama 3, CIFAR-10, C++ and A* on client/server “gibbon” data — naïve or ‘robust’?",
    "强化学习 と 深層学習 의 만남: حول التعلم العميق",
    r"We prove $O(n^{2} \log n)$ \cite{a}, \c c, $5 and $10, \begin{equation}x\end{equation} \href{https://a.example}{here}",
    "12 pages, 4 figures. Accepted at ICML 2026. This paper has been withdrawn by the authors due to an error.",
    "van der Berg, Ada; Bo Sample Jr.; The Kettle Collaboration",
    "<p>Text <a href='//a.example/x'>with</a> <script>alert(1)</script><svg onload=x> &amp; &#x41;</p>",
    "Mi, 14 Okt 2026 08:00:00 +0200",
    "1790000000",
    "2026年11月3日 10:30",
)


def files(folder: Path) -> Iterator[bytes]:
    """The beginnings of the files in a folder, to be mutated too."""
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path.suffix.lower() not in {".gz", ".csv", ".md", ".tar"}:
            yield path.read_bytes()[:LARGEST]
