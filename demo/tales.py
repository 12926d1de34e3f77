"""demo.tales: what became of each paper that the invented team applied: the script of its ledger."""

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class Step:
    after: int  # days since the step before
    do: str  # a verb of tell.Ledger
    by: str = ""  # else whoever applied it
    said: dict[str, Any] = field(default_factory=dict)


def _(after: int, do: str, by: str = "", **said: Any) -> Step:
    return Step(after, do, by, said)


@dataclass(frozen=True)
class Tale:
    """A paper that was applied, on this day of the two months, and what became of it."""

    day: int
    project: str
    by: str
    fits: str  # the category, or the address of the source, of the paper that it takes
    taken: str
    steps: tuple[Step, ...] = ()


TALES = (
    Tale(
        5,
        "Atlas",
        "tomas",
        "cs.IR",
        "Hard negatives mined from last week’s clicks",
        (
            _(2, "record", claimed="+2.4 nDCG@10", ours="+1.9 nDCG@10", note="On the frozen set of 4,000 tickets."),
            _(1, "advance", to="pilot"),
            _(6, "record", claimed="+2.4 nDCG@10", ours="+1.6 nDCG@10", note="One week, a tenth of the traffic."),
            _(1, "check", "priya", holds=True, note="Reran it with two other seeds: +1.5 and +1.7."),
            _(1, "advance", to="production"),
            _(1, "over", text="In-batch negatives alone: simpler, but half of the gain. A bigger encoder: too slow."),
            _(12, "outcome", outcome="helped", note="The right article comes first in 61% of the cases; was 54%."),
        ),
    ),
    Tale(
        7,
        "Beacon",
        "hanna",
        "stat.ML",
        "Split conformal intervals on top of the point forecast",
        (
            _(3, "record", claimed="90% coverage", ours="88% coverage", note="Two warehouses, last year’s data."),
            _(1, "advance", to="pilot"),
            _(9, "record", claimed="90% coverage", ours="89% coverage", note="All warehouses, four weeks."),
            _(2, "check", "grace", holds=True, note="Recomputed from the raw forecasts: 89.3%."),
            _(1, "advance", to="production"),
            _(8, "outcome", outcome="helped", note="Planners use the upper bound for safety stock."),
        ),
    ),
    Tale(
        8,
        "Pocket assistant",
        "kenji",
        "cs.CL",
        "A token that lets the model wait before it answers",
        (
            _(4, "record", claimed="+3.1 points", ours="−0.2 points", note="3 seeds. The gain needs the big model."),
            _(1, "check", "tomas", holds=True, note="Same here: nothing below 7B parameters."),
            _(1, "drop", outcome="no_effect", why="No gain at our size. Worth another look when the phone runs 7B."),
        ),
    ),
    Tale(
        10,
        "Atlas",
        "kenji",
        "cs.CL",
        "Questions written by a model as extra training pairs",
        (
            _(5, "record", claimed="+4.0 Recall@20", ours="+3.2 Recall@20", note="Filtered by round trip."),
            _(1, "advance", to="pilot"),
            _(8, "record", claimed="+4.0 Recall@20", ours="−1.1 Recall@20", note="On live tickets, which are shorter."),
            _(2, "check", "priya", holds=True, note="The drop is real: the questions are too well written."),
            _(1, "drop", outcome="hurt", why="Written questions are longer and cleaner than what people type."),
        ),
    ),
    Tale(
        12,
        "Beacon",
        "priya",
        "cs.LG",
        "The learning-rate schedule with a long flat tail",
        (
            _(
                3,
                "record",
                claimed="same loss, 70% of the steps",
                ours="same loss, 74% of the steps",
                note="5 seeds.",
            ),
            _(1, "advance", to="pilot"),
            _(4, "check", "hanna", holds=True, note="Also on the small data set."),
            _(1, "advance", to="production"),
            _(6, "outcome", outcome="helped", note="The nightly training ends before the planners come."),
        ),
    ),
    Tale(
        13,
        "Atlas",
        "tomas",
        "cs.IR",
        "Late interaction over the first 64 tokens only",
        (
            _(6, "record", claimed="−40% latency", ours="−31% latency", note="p95 on the staging machine."),
            _(2, "advance", to="pilot"),
            _(9, "record", claimed="−40% latency", ours="−28% latency", note="p95, a tenth of the traffic."),
            _(1, "check", "kenji", holds=False, note="One arm had a warm index, the other a cold one. Run it again."),
        ),
    ),
    Tale(
        15,
        "Pocket assistant",
        "grace",
        "cs.CV",
        "Screenshots cut into patches of unequal size",
        (_(9, "drop", outcome="abandoned", why="Needs an operation that no phone has; nobody had time to port it."),),
    ),
    Tale(
        17,
        "Atlas",
        "priya",
        "cs.IR",
        "Freshness as a feature of the reranker, not a filter before it",
        (
            _(3, "record", claimed="+0.8 MRR", ours="+1.3 MRR", note="Better than claimed: our tickets age quickly."),
            _(1, "advance", to="pilot"),
            _(5, "check", "tomas", holds=True, note="Holds on the tickets of the last quarter too."),
            _(1, "advance", to="production"),
            _(7, "outcome", outcome="helped", note="Complaints about outdated answers went from nine a week to two."),
        ),
    ),
    Tale(
        19,
        "Beacon",
        "hanna",
        "stat.ML",
        "Change points before the model is refitted",
        (
            _(
                5,
                "record",
                claimed="−12% error after breaks",
                ours="−9% error after breaks",
                note="Six known breaks.",
            ),
            _(2, "advance", to="pilot"),
        ),
    ),
    Tale(
        20,
        "Pocket assistant",
        "kenji",
        "eess.AS",
        "Noise of the same room mixed into the training audio",
        (
            _(6, "record", claimed="−1.9 WER", ours="−1.4 WER", note="Kitchen, tram and office."),
            _(1, "advance", to="pilot"),
            _(5, "check", "grace", holds=True, note="Listened to forty of the corrected ones."),
        ),
    ),
    Tale(
        22,
        "Atlas",
        "tomas",
        "overfit",
        "Averaging the weights of the last five checkpoints",
        (
            _(2, "record", claimed="+0.5 nDCG@10", ours="+0.1 nDCG@10", note="Within the noise of the seeds (±0.2)."),
            _(1, "drop", outcome="no_effect", why="Our runs are too short for it: the last five are nearly the same."),
        ),
    ),
    Tale(
        24,
        "Beacon",
        "grace",
        "lab-17",
        "Missing days as a mask instead of a guess",
        (
            _(4, "record", claimed="−6% error", ours="−7% error", note="Holidays improve most."),
            _(2, "advance", to="pilot"),
            _(6, "check", "hanna", holds=True, note="Yes, and the mask is simpler than what we had."),
            _(1, "advance", to="production"),
        ),
    ),
    Tale(
        26,
        "Atlas",
        "priya",
        "cs.CL",
        "Citing the sentence, not the article, under each answer",
        (
            _(5, "record", claimed="84% supported", ours="79% supported", note="200 answers, read by two of us."),
            _(2, "advance", to="pilot"),
        ),
    ),
    Tale(
        28,
        "Pocket assistant",
        "tomas",
        "cs.CR",
        "A second model that reads only the tool’s answer",
        (_(6, "record", claimed="blocks 97%", ours="blocks 71%", note="Of our own forty injections."),),
    ),
    Tale(
        30,
        "Beacon",
        "hanna",
        "math.OC",
        "Extrapolated steps for the bilevel fit",
        (
            _(
                5,
                "drop",
                outcome="hurt",
                why="Diverges on two of the nine series: the proof asks for a convexity that we lack.",
            ),
        ),
    ),
    Tale(
        32,
        "Atlas",
        "kenji",
        "cs.IR",
        "One index for tickets and articles, with a type token",
        (
            _(6, "record", claimed="+1.1 nDCG@10", ours="+1.0 nDCG@10", note="And one index less to run."),
            _(1, "advance", to="pilot"),
            _(4, "check", "tomas", holds=True, note="Holds; the index is 30% smaller as well."),
        ),
    ),
    Tale(
        34,
        "Pocket assistant",
        "grace",
        "cs.AI",
        "A budget of tool calls, told to the model in advance",
        (
            _(4, "record", claimed="−35% calls", ours="−22% calls", note="Same success on 120 tasks."),
            _(2, "advance", to="pilot"),
        ),
    ),
    Tale(
        36,
        "Atlas",
        "tomas",
        "slow-gpu",
        "Distilling the reranker’s order, not its scores",
        (_(6, "record", claimed="98% of the quality", ours="95% of the quality", note="At a sixth of the latency."),),
    ),
    Tale(38, "Beacon", "priya", "search: abs:calibration", "Quantiles that cannot cross, by construction"),
    Tale(
        40,
        "Pocket assistant",
        "kenji",
        "slow-gpu",
        "Drafting three tokens ahead with the model’s own first layers",
        (
            _(5, "record", claimed="2.3 × faster", ours="1.6 × faster", note="On the phone of the year before last."),
            _(1, "over", text="A separate draft model: as fast, but 200 MB more on the phone."),
        ),
    ),
    Tale(
        42,
        "Atlas",
        "priya",
        "kettle",
        "Asking back when the first two results disagree",
        (_(7, "record", claimed="+6 points satisfaction", note="Read forty dialogues; ours still to be measured."),),
    ),
    Tale(
        45,
        "Beacon",
        "hanna",
        "overfit",
        "One model for all series, with a learned scale for each",
        (_(6, "record", claimed="−8% error", ours="−3% error", note="Short series gain, long ones lose a little."),),
    ),
    Tale(48, "Atlas", "kenji", "cs.CL", "Summaries of long tickets made at night"),
    Tale(
        50,
        "Pocket assistant",
        "grace",
        "search: cat:cs.RO AND all:policies",
        "Demonstrations replayed slowly before they are learned",
    ),
    Tale(
        52,
        "Atlas",
        "tomas",
        "field-notes",
        "Typos added to the queries while training",
        (
            _(
                3,
                "record",
                claimed="+2.0 Recall@20",
                ours="+2.2 Recall@20",
                note="On queries that hold a typo; none lost else.",
            ),
        ),
    ),
    Tale(55, "Beacon", "grace", "stat.ML", "A prior for the first week of a new product"),
    Tale(57, "Pocket assistant", "tomas", "cs.AI", "A checklist before each irreversible call"),
)

# From before the two months, when links were still brought by hand: their year is over.
OLD = (
    (
        "Two-tower retrieval for help desks, without labels",
        "Atlas",
        "The warm start from titles and bodies of the same ticket",
        390,
    ),
    ("Seasonal baselines that refuse to lose", "Beacon", "The seasonal baseline that each model has to beat", 372),
)
