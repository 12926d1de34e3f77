"""feedserver.blogs: the invented blogs, digests and journals, each with its dialect."""

from typing import NamedTuple


class Blog(NamedTuple):
    slug: str
    name: str
    tagline: str
    author: str
    dialect: str  # rss, atom, json or rdf
    every_days: float = 5  # between posts, on average
    kind: str = "blog"  # a digest links to arXiv papers, a journal to DOIs
    full: bool = True  # whether the feed contains the full posts
    about: str = ""  # categories it writes about, separated by spaces; empty for all

    @property
    def feed_name(self) -> str:
        return {"rss": "feed.xml", "atom": "atom.xml", "json": "feed.json", "rdf": "index.rdf"}[self.dialect]


BLOGS = (
    Blog(
        "kettle",
        "Kettle & Sons Engineering",
        "Machine intelligence, brewed slowly",
        "Prudence Plum",
        "rss",
        4,
        about="cs.IR cs.CL",
    ),
    Blog("petit-lot", "Le Petit Lot", "Small batches, long walks", "Éloïse d'Aubigné", "atom", 6),
    Blog(
        "fjord",
        "Northern Fjord Gradients",
        "Notes from a cold cluster",
        "Þórarinn Ægisdóttir",
        "json",
        5,
        about="cs.RO cs.NE",
    ),
    Blog("tea-room", "The Tea Room", "Second floor, no slides", "Rupert Featherstone-Pym", "rss", 2, full=False),
    Blog(
        "overfit",
        "Overfit Research Log",
        "We trained on the test set so that you need not",
        "Noura Haddad",
        "atom",
        3,
        about="cs.LG",
    ),
    Blog(
        "uncertain",
        "Mostly Uncertain",
        "Error bars for everyone",
        "Chiamaka Eze",
        "json",
        9,
        full=False,
        about="stat.ML",
    ),
    Blog("wobbling", "Wobbling Weights", "Robots, floors, gravity", "Joost van der Zwaan", "rss", 12, about="cs.RO"),
    Blog(
        "field-notes",
        "Field Notes on Retrieval",
        "What the index would not say",
        "Selam Tesfaye",
        "atom",
        4,
        about="cs.IR",
    ),
    Blog(
        "slow-gpu",
        "The Slow GPU",
        "Inference on hardware you already own",
        "Clive Okafor-Hughes",
        "rss",
        6,
        full=False,
        about="cs.LG cs.CL",
    ),
    Blog(
        "lab-17",
        "Laboratory 17",
        "Evaluation, mostly of ourselves",
        "Meera Deshpande",
        "json",
        7,
        about="cs.LG stat.ML",
    ),
    Blog(
        "night-shift",
        "Night Shift ML",
        "Written while the cluster restarts",
        "Ctibor Žižka",
        "rss",
        10,
        about="cs.LG cs.CV",
    ),
    Blog("daily-three", "Three Papers a Day", "Chosen by a committee of one", "Haruka Satō", "rss", kind="digest"),
    Blog(
        "aao", "Annals of Applied Overfitting", "Peer reviewed, twice", "The editors", "rdf", kind="journal", full=False
    ),
    Blog("jnb", "Journal of Negative Baselines", "What did not work", "The editors", "rss", kind="journal", full=False),
)
