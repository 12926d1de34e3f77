"""feedserver.words: the vocabulary of invented papers. Every person, place, model and result is made up.

In a text, `{key}` stands for one entry of the list `key`, chosen once for each paper; anything else in braces
(TeX) stays as it is.
"""

BEASTS = (
    *("WOMBAT", "HERON", "OCELOT", "NARWHAL", "AXOLOTL", "CAPYBARA", "PANGOLIN", "QUOKKA", "TAPIR", "MAGPIE", "GECKO"),
    *("STOAT", "LEMUR", "PUFFIN", "DINGO", "IBEX", "KAKAPO", "IBIS", "NEWT", "OKAPI", "SHREW", "WALRUS"),
)
WORTHIES = ("Otter", "Marmot", "Sparrow", "Badger", "Moth", "Cuttlefish", "Finch", "Hedgehog")
LABS = ("lost-baselines", "fjord-gradients", "kettle-and-sons", "overfit-research", "petit-lot", "tea-room-ml")

TITLES = (
    "{beast}: {method} for {task}",
    "{beast}: {method} for {task}",
    "{beast}: teaching {thing} not to {trouble_short}",
    "{beast}: efficient {task} with {thing}",
    "{method} improves {task}",
    "{method} for {thing}",
    "Why {thing} {trouble_short}",
    "When do {thing} help? A study of {task}",
    "Do {thing} need {method}?",
    "Rethinking {task} with {method}",
    "Revisiting {method} for {task}",
    "{method}: a strong baseline for {task}",
    "What {thing} learn from {task}",
    "How much {method} is enough? Evidence from {benchmark}",
    "Towards reliable {task} with {thing}",
    "{benchmark}: a benchmark for {task}",
    "{benchmark}: are {thing} ready for {task}?",
    "{task} on a small budget: {thing} and {method}",
    "A negative result on {method} for {task}",
    "{worthy}-{size}B: an open model for {task}",
    "Scaling laws for {method} in {task}",
    "Understanding {thing} through {method}",
    "On the limits of {method} for {thing}",
    "The cost of {method}: {task} in practice",
)
# Endings for some titles.
TWISTS = (
    ", revisited",
    " at scale",
    " under distribution shift",
    ": lessons from {sets} failures",
    ", provably",
    " in {loc} lines of code",
    " (extended abstract)",
    " without labels",
    " on a single GPU",
    " with fewer parameters",
)
# Rare but legal titles that a page must survive.
ODD_TITLES = (
    "0",
    "When $n<m$: {task} with fewer examples than classes",
    "$\\ell_1$, $\\ell_2$, $\\ell_\\infty$: which norm for {thing}?",
    'Is p<0.05 & <MASK> enough? {task} under "peer" review',
    "{task}: " + ", and ".join(["a study of {thing}", "its sequel"] * 7) + ", or: how titles grow",
    "Über die Trägheit von Gradienten: {method} à la carte",
    "學習如何放棄 (Learning When to Give Up): {method}",
    "$\\mathrm{SE}(3)$-equivariant {thing} & friends <3",
)

MOTIVES = (
    "{thing} have become the default choice for {task}.",
    "Progress in {task} is usually measured on {benchmark}, and {thing} lead its table.",
    "It is widely assumed that {thing} are well suited to {task}.",
    "{thing} are increasingly deployed for {task}, where errors are costly and labels are scarce.",
    "Recent work on {task} relies on {thing} of growing size.",
    "How {thing} come to solve {task} remains poorly understood.",
)
GAPS = (
    "Yet in practice they {trouble}, and the reasons are not well understood.",
    "We observe, however, that they {trouble} in roughly one case out of {ratio}.",
    "Unfortunately they also {trouble}, which more data alone does not cure.",
    "A careful audit of {audit} published results shows why this is misleading: the models {trouble}.",
    "In deployment they {trouble}, and common benchmarks do not show it.",
)
IDEAS = (
    "We propose {method}, a change of {loc} lines that needs neither new labels nor a new optimiser.",
    "We introduce {beast}, which combines {method} with a simple schedule.",
    "We study {method} as a remedy: at each step the model is asked how certain it is, and trained where it is not.",
    "This paper presents {beast}, a training recipe built around {method} and a single extra head.",
    "We show that {method} removes most of this gap, and explain when it does not.",
    "Our approach, {method}, adds no parameters and works with any pretrained backbone.",
)
RESULTS = (
    "On {benchmark} it improves on the strongest baseline by {gain} points at {cost}% of the compute.",
    "Across {seeds} seeds and {sets} data sets, including {benchmark}, the gain is {gain} ± {error} points.",
    "{beast} reaches {score}% on {benchmark}, and keeps {kept}% of that under distribution shift.",
    "In a blind study with {people} people, its outputs were preferred in {score}% of the comparisons.",
    "It matches a model of {size}B parameters on {benchmark} at a fraction of the cost.",
)
# With a bare "<", which careless readers take for a tag.
COMPARISONS = (
    "The effect is small but holds (p<0.01, n<m in all {sets} settings), also for the <MASK> token.",
    "Inference takes <{ms} ms per example, and a model with <1B parameters is enough.",
)
MORALS = (
    "We also report what did not work.",
    "An ablation shows that the schedule accounts for about a third of the improvement.",
    "The gains shrink when baselines are tuned as carefully, and we quantify by how much.",
    "We discuss when the assumptions fail, and give a test for it.",
    "All experiments fit on a single GPU.",
    "Limitations and negative results are discussed at length.",
    "Our results suggest that evaluation on {benchmark} alone overstates progress.",
)
CODE = (
    "Code is available at {code}.",
    "Code and weights: {code}",
    "We release everything, including the failed runs ({code}).",
)
REVISIONS = (
    "This version corrects a sign in the proof of the main theorem.",
    "This version adds a baseline that readers asked for; it is competitive.",
    "This version reports all seeds.",
    "This version adds an ablation and corrects Table 2.",
    "This version fixes a typo introduced in the previous one.",
    "This version updates the acknowledgements.",
)
COMMENTS = (
    "{pages} pages, {figures} figures",
    "{pages} pages, {figures} figures, {tables} tables",
    "Accepted at the 7th Workshop on Results That Surprised Us",
    "{pages} pages; comments welcome",
    "Under review",
    "Project page: https://{slug}.invented.example/",
)
LICENCES = (
    "http://arxiv.org/licenses/nonexclusive-distrib/1.0/",
    "http://creativecommons.org/licenses/by/4.0/",
    "http://creativecommons.org/licenses/by-nc-sa/4.0/",
    "http://creativecommons.org/publicdomain/zero/1.0/",
)
JOURNALS = (
    ("aao", "Annals of Applied Overfitting"),
    ("jnb", "Journal of Negative Baselines"),
    ("tmr", "Transactions on Modest Results"),
)

POST_TITLES = (
    "What we learned from running {thing} in production for a year",
    "{method}, explained",
    "Notes on {method}",
    "A field guide to {thing}",
    "Why {task} is harder than it looks",
    "Release notes: {beast} 0.{minor} can now do {task}",
    "I reimplemented {method} in {loc} lines",
    "We moved {task} off the GPU",
    "Five papers on {task} that changed how we work",
    "The {benchmark} leaderboard is saturated. What now?",
    "Our evaluation of {task} was wrong, and how we found out",
    "Debugging {thing}: a checklist",
    "When not to use {thing}",
    "{method}: does it hold outside {benchmark}?",
)
POST_PARAGRAPHS = (
    "Last month we put {thing} in front of {people} colleagues and asked them to be unkind. They were. "
    "The models {trouble}, the dashboard stayed green, and the only alarm was a person who wondered.",
    "The usual advice is to collect more data. We did that twice. The second time we found that {score}% of the "
    "examples were near duplicates, and that {method} had learned to recognise them.",
    "So we tried {method}. It is {loc} lines, most of them comments. On {benchmark} it gained {gain} points; on our "
    "own traffic it gained less, and we explain below where the difference went.",
    "Three things surprised us. First, the learning rate hardly matters once {method} is on. Second, most of the gain "
    "comes within {seeds} epochs. Third, nobody could say who had switched the old system off.",
    "If you take one thing from this post: measure {task} on the cases that hurt, not on the cases you have. "
    "{benchmark} is a fine start, and a poor place to stop.",
    "There is a cost. Training takes {cost}% longer, the logs are twice as long, and somebody has to own the "
    "evaluation set.",
)
