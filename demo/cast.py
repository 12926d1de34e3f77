"""demo.cast: the characters: members, sources, projects, and their words. All invented."""

from dataclasses import dataclass

YOU = "priya@team.example"  # the person that the link signs in


@dataclass(frozen=True)
class Member:
    key: str
    name: str
    role: str
    time_zone: str
    likes: dict[str, float]  # categories and how much they like them
    comes: float  # the chance that they open the queue on a working day

    @property
    def email(self) -> str:
        return f"{self.key}@team.example"


MEMBERS = (
    Member("priya", "Priya Raman", "admin", "Europe/Amsterdam", {"cs.IR": 0.5, "cs.CL": 0.4, "stat.ML": 0.2}, 0.95),
    Member("kenji", "Kenji Morita", "member", "Asia/Tokyo", {"cs.CL": 0.5, "eess.AS": 0.5, "cs.LG": 0.2}, 0.85),
    Member("hanna", "Hanna Sjöberg", "member", "Europe/Stockholm", {"stat.ML": 0.6, "cs.LG": 0.3, "math.OC": 0.3}, 0.9),
    Member("tomas", "Tomás Ferreira", "admin", "Europe/Lisbon", {"cs.IR": 0.6, "cs.LG": 0.2, "cs.CR": 0.7}, 0.8),
    Member("grace", "Grace Adeyemi", "member", "America/New_York", {"cs.CV": 0.6, "cs.RO": 0.6, "cs.AI": 0.5}, 0.8),
)
GUEST = ("Ludmila Říha", "ludmila@team.example", "guest", "Europe/Prague")


@dataclass(frozen=True)
class Origin:
    """A source: an arXiv category or search, or the slug of one of the feed server's blogs."""

    address: str
    horizon: str
    worth: float  # how good its papers are; a few sources give half of what gets used
    name: str = ""  # blogs have their own


ORIGINS = (
    Origin("cs.LG", "core", 0.1, "cs.LG · Machine Learning"),
    Origin("cs.CL", "core", 0.35, "cs.CL · Computation and Language"),
    Origin("cs.IR", "core", 0.5, "cs.IR · Information Retrieval"),
    Origin("stat.ML", "adjacent", 0.25, "stat.ML · Machine Learning"),
    Origin("cs.CV", "adjacent", 0.0, "cs.CV · Computer Vision"),
    Origin("search: cat:cs.RO AND all:policies", "moonshot", 0.1, "arXiv: robot policies"),
    Origin("search: cat:eess.AS", "adjacent", 0.1, "arXiv: speech"),
    Origin("search: abs:calibration", "adjacent", 0.2, "arXiv: calibration"),
    Origin("kettle", "core", 0.8),
    Origin("field-notes", "core", 0.9),
    Origin("overfit", "core", 0.6),
    Origin("daily-three", "core", 0.2),
    Origin("tea-room", "adjacent", 0.0),
    Origin("petit-lot", "core", 0.3),
    Origin("slow-gpu", "adjacent", 0.4),
    Origin("lab-17", "core", 0.2),
    Origin("night-shift", "adjacent", 0.0),
    Origin("uncertain", "adjacent", 0.2),
    Origin("fjord", "moonshot", 0.1),
    Origin("wobbling", "moonshot", 0.0),
    Origin("aao", "adjacent", 0.0),
    Origin("jnb", "core", 0.1),
)
MUTED = "tea-room"
# Today's papers of these sources are left to the worker.
LATE = ("cs.CV", "search: cat:eess.AS", "search: abs:calibration")

PROJECTS = (  # name, horizon, founded by, members, days until the deadline
    ("Atlas", "core", "priya", ("priya", "tomas", "kenji"), 9),
    ("Beacon", "adjacent", "hanna", ("hanna", "priya", "grace"), 40),
    ("Pocket assistant", "moonshot", "kenji", ("kenji", "grace", "tomas"), None),
)


COMMENTS = (
    "Table 3 is the one to look at: most of the gain is in the tail.",
    "The ablation in the appendix says that half of this is the learning rate.",
    "We could try this on {project} with a day of work. @{other}, is the evaluation set still there?",
    "Nice idea, weak baselines. I would wait for somebody to reproduce it.",
    "Their code runs out of the box. I got within 0.3 points of the paper on one GPU.",
    "Same trick as last month’s, in other words. Still, the proof is new.",
    "Does this hold for short inputs? Nearly all of ours are below 40 tokens.",
    "Read section 5 first; the rest is set-up.",
    "The comparison leaves out the one method that we use. @{other}, worth asking them?",
    "Useful for what it says did not work.",
)
NOTES = (
    "Worth ten minutes before Thursday: it contradicts what we do.",
    "For {project}: the cheap version in section 4.",
    "Best evaluation I have seen this month.",
    "They tried what we wanted to try, and say why it failed.",
    "Short, and the code is there.",
    "The figure on page 3 explains our plateau.",
)
