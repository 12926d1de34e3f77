"""feedserver.words: the vocabulary of invented papers. Every person, place, model and result is made up.

In a text, `{key}` stands for one entry of the list `key`, chosen once for each paper; anything else in braces
(TeX) stays as it is.
"""

from typing import NamedTuple

BEASTS = (
    *("WOMBAT", "HERON", "OCELOT", "NARWHAL", "AXOLOTL", "CAPYBARA", "PANGOLIN", "QUOKKA", "TAPIR", "MAGPIE", "GECKO"),
    *("STOAT", "LEMUR", "PUFFIN", "DINGO", "IBEX", "KAKAPO", "IBIS", "NEWT", "OKAPI", "SHREW", "WALRUS"),
)
WORTHIES = ("Otter", "Marmot", "Sparrow", "Badger", "Moth", "Cuttlefish", "Finch", "Hedgehog")
LABS = ("lost-baselines", "fjord-gradients", "kettle-and-sons", "overfit-research", "petit-lot", "tea-room-ml")


class Topic(NamedTuple):
    """A field of invented research: its subject, its problems and its methods."""

    category: str
    beside: tuple[str, ...]  # other categories its papers often have
    thing: tuple[str, ...]
    task: tuple[str, ...]
    trouble: tuple[str, ...]
    method: tuple[str, ...]
    benchmark: tuple[str, ...]
    maths: tuple[str, ...]


TOPICS = (
    Topic(
        "cs.LG",
        ("stat.ML", "cs.AI"),
        (
            *("overparameterised networks", "mixture-of-experts models", "small transformers", "frozen encoders"),
            *("state-space models", "tabular transformers", "graph networks", "deep ensembles"),
        ),
        (
            *("few-shot regression", "continual learning", "learning with noisy labels", "tabular prediction"),
            *(
                "long-horizon forecasting",
                "dataset pruning",
                "hyperparameter transfer",
                "out-of-distribution detection",
            ),
        ),
        (
            *("forget early tasks", "memorise row identifiers", "diverge at large batch sizes"),
            *("route most tokens to two experts", "lose rare classes"),
        ),
        (
            *("lazy momentum", "gradient hibernation", "spectral tidying", "decoupled weight averaging"),
            *("loss-aware pacing", "layerwise warm restarts", "router dropout", "second-moment sharing"),
            *("checkpoint interpolation", "curvature-matched noise"),
        ),
        ("SmallTable-40", "PermutedDigits-X", "DriftBench", "LongTail-9k", "TabSuite", "SeasonsM6"),
        (
            "We prove that the excess risk is at most $\\mathcal{O}(\\sqrt{d \\log n / n})$ whenever $n > d$.",
            "The stationary points satisfy $\\|\\nabla f(\\theta_t)\\|^2 \\le \\varepsilon$ after "
            "$T = \\Omega(\\varepsilon^{-2})$ steps.",
            "The optimal rate scales as $\\eta^\\star \\propto B^{1/2} d^{-1}$ in batch size $B$ and width $d$.",
            "Averaging $k$ checkpoints lowers the variance of the loss by a factor of $1/k$.",
        ),
    ),
    Topic(
        "cs.CL",
        ("cs.AI", "cs.LG"),
        (
            *("large language models", "instruction-tuned models", "retrieval-augmented readers"),
            *("multilingual encoders", "reward models", "long-context decoders", "reasoning models"),
        ),
        (
            *("long-document question answering", "dialogue summarisation", "low-resource translation"),
            *("citation checking", "structured extraction", "multi-hop reasoning", "preference optimisation"),
        ),
        (
            *("ignore the middle of the context", "answer before they have evidence", "cite sources that do not exist"),
            *("prefer long answers over right ones", "lose the instruction after many turns"),
        ),
        (
            *("hesitation tokens", "footnote-guided decoding", "early-exit drafting", "contrastive rehearsal"),
            *(
                "position-free attention",
                "span-level rewards",
                "self-consistency pruning",
                "cache eviction by surprise",
            ),
            *("query-side distillation",),
        ),
        ("LongTea-128k", "PolyglotQA", "FactOrFiction", "CiteCheck", "HopScotch-4", "TurnTaking"),
        (
            "Let $p_\\theta(y \\mid x)$ be the reader; we bound $\\mathrm{KL}(p_\\theta \\| q)$ by the length $|y|$.",
            "Perplexity falls as $L^{-\\alpha}$ with $\\alpha \\approx 0.37$ in the context length $L$.",
            "The objective adds $\\lambda \\sum_t \\log \\pi_\\theta(y_t \\mid y_{<t}, x)$ to the preference loss.",
        ),
    ),
    Topic(
        "cs.CV",
        ("cs.LG", "eess.IV"),
        (
            *("vision transformers", "diffusion backbones", "masked autoencoders", "open-vocabulary detectors"),
            *("video encoders", "image-text models"),
        ),
        (
            *("dense prediction", "video object segmentation", "monocular depth", "document layout analysis"),
            *("screenshot understanding", "counting in crowded scenes"),
        ),
        (
            *("rely on watermarks", "lose objects behind occluders", "prefer texture to shape"),
            *("fail at unusual aspect ratios", "miss small text"),
        ),
        (
            *("patch reshuffling", "peripheral attention", "edge-preserving pruning", "multi-crop squinting"),
            *("token merging by saliency", "depth-first pretraining"),
        ),
        ("FoggyStreets-5k", "LayoutLab", "StreetCorner", "OccludedThings", "ScreenQA-X"),
        (
            "Attention over $n$ patches costs $\\mathcal{O}(n \\log n)$ instead of $\\mathcal{O}(n^2)$.",
            "We minimise $\\sum_{i<j} w_{ij} \\|f(x_i) - f(x_j)\\|_2^2$ over all pairs of patches.",
        ),
    ),
    Topic(
        "cs.AI",
        ("cs.LG", "cs.MA"),
        ("planning agents", "tool-using agents", "neuro-symbolic solvers", "world models", "multi-agent systems"),
        ("household planning", "theorem search", "multi-step tool use", "software repair", "web navigation"),
        (
            *("repeat failed calls", "stop as soon as the plan sounds confident", "lose track of their budget"),
            "trust every tool they are given",
        ),
        (
            *("backward chaining with doubt", "plan-then-verify", "budgeted backtracking", "checklist distillation"),
            *("call-graph pruning", "counterfactual replay"),
        ),
        ("ErrandsBench", "ToolShed", "ProofPile-Mini", "KitchenWorld", "PatchQueue"),
        (
            "The value of a plan of depth $k$ is $V_k = \\max_a \\mathbb{E}[r + \\gamma V_{k-1}]$.",
            "Search stays within a budget of $B \\cdot \\log_2 |A|$ calls.",
        ),
    ),
    Topic(
        "stat.ML",
        ("cs.LG", "math.ST"),
        ("Gaussian processes", "conformal predictors", "variational posteriors", "kernel machines", "quantile forests"),
        (
            *("uncertainty estimation", "causal effect estimation", "change-point detection"),
            *("Bayesian optimisation", "probabilistic forecasting"),
        ),
        ("are overconfident under shift", "cover the easy cases only", "react to a break weeks too late"),
        (
            *("tempered shrinkage", "doubly robust calibration", "split-and-weight calibration"),
            *("inducing-point thinning", "online recalibration", "non-crossing quantiles"),
        ),
        ("UCI-Leftovers", "CalibrationZoo", "CausalCafé", "DriftingDice", "BreakPoints-12"),
        (
            "Coverage holds at level $1-\\alpha$ for every $\\alpha \\in (0, 1)$ without assumptions on $P_{XY}$.",
            "We show $\\sup_{f \\in \\mathcal{F}} |P_n f - P f| \\le 2 \\mathfrak{R}_n(\\mathcal{F}) + \\delta$.",
            "The calibration error is at most $\\sqrt{k/n} + \\mathcal{O}(n^{-1})$ with $k$ bins.",
        ),
    ),
    Topic(
        "cs.RO",
        ("cs.AI", "cs.LG"),
        ("visuomotor policies", "quadruped controllers", "diffusion policies", "soft grippers"),
        ("folding cloth", "stair descent", "bimanual assembly", "opening unfamiliar doors"),
        ("fail when the lighting changes", "slip on carpets", "drop what they hold when people come near"),
        ("cautious imitation", "contact-first curricula", "noisy-actuator simulation", "torque-level replay"),
        ("LaundryGym", "DoorsOfEurope", "StairCase-12", "CupBench"),
        ("The controller is stable if $V(x) = x^\\top P x$ with $P \\succ 0$ decreases along trajectories.",),
    ),
    Topic(
        "cs.IR",
        ("cs.CL", "cs.LG"),
        ("dense retrievers", "rerankers", "generative recommenders", "cross-encoders", "late-interaction models"),
        ("passage retrieval", "session recommendation", "email search", "citation recommendation", "query rewriting"),
        ("recommend what was just bought", "reward long documents", "miss queries with typos"),
        (
            *("hard-negative scheduling", "late regret scoring", "popularity debiasing", "two-tower alignment"),
            *("round-trip query generation", "index-time pruning", "listwise distillation"),
        ),
        ("LostMail-1M", "MS-Marmalade", "SessionSoup", "CiteMe", "TicketRank"),
        (
            "Recall@$k$ grows as $1 - e^{-\\lambda k}$, with $\\lambda$ estimated from clicks.",
            "Scores are $s(q, d) = \\sum_i \\max_j \\langle q_i, d_j \\rangle$ over the first $m \\le 64$ tokens.",
        ),
    ),
    Topic(
        "cs.NE",
        ("cs.LG", "q-bio.NC"),
        ("spiking networks", "evolved architectures", "reservoir computers", "Hebbian circuits"),
        ("event-camera recognition", "neuroevolution", "low-power keyword spotting"),
        ("fall silent in deep layers", "overfit to the simulator's clock"),
        ("homeostatic thresholds", "crossover by distillation", "sleep-phase replay"),
        ("SpikeStreet", "TinyKeyword", "EvoGarden"),
        ("The membrane follows $\\tau \\dot{v} = -v + I(t)$ with threshold $v_\\mathrm{th}$.",),
    ),
    Topic(
        "cs.CR",
        ("cs.LG", "cs.CY"),
        ("federated learners", "watermarked generators", "private aggregators", "tool-using assistants"),
        ("membership inference", "prompt-injection defence", "training-data extraction"),
        ("leak rare training examples", "obey instructions hidden in documents"),
        ("calibrated noise", "canary insertion", "sandboxed reading", "dual-model verification"),
        ("InjectionJunction", "CanaryCage", "LeakyBucket"),
        ("The mechanism is $(\\varepsilon, \\delta)$-private with $\\varepsilon < 1$ and $\\delta = 10^{-6}$.",),
    ),
    Topic(
        "eess.AS",
        ("cs.SD", "cs.CL"),
        ("speech recognisers", "neural vocoders", "audio language models"),
        ("meeting transcription", "singing voice conversion", "speech separation in noisy rooms"),
        ("turn background noise into words", "confuse speakers who interrupt each other"),
        ("phase-aware masking", "room-matched augmentation", "speaker rotation training"),
        ("CanteenSpeech", "ChoirBench", "FarFieldNet"),
        ("The separation error scales with $\\sigma^2 / \\mathrm{SNR}$ for $K \\le 5$ speakers.",),
    ),
    Topic(
        "math.OC",
        ("cs.LG", "stat.ML"),
        ("proximal methods", "bilevel solvers", "stochastic gradient methods"),
        ("nonconvex optimisation", "distributed optimisation", "minimax games"),
        ("circle around saddle points", "stall when delays are unbounded"),
        ("anchored extrapolation", "variance-reduced restarts", "asynchronous averaging"),
        ("QuadraticsPlus", "SaddleClub", "MinimaxMuseum"),
        (
            "Iterates converge at the rate $\\mathcal{O}(1/k^2)$, and $f(x_k) - f^\\star \\le "
            "\\frac{2L\\|x_0 - x^\\star\\|^2}{(k+1)^2}$.",
        ),
    ),
    Topic(
        "q-bio.QM",
        ("cs.LG", "q-bio.BM"),
        ("protein language models", "single-cell encoders", "docking networks"),
        ("enzyme design", "cell-type annotation", "binding-affinity prediction"),
        ("predict the laboratory instead of the cell", "collapse onto frequent folds"),
        ("equivariant refinement", "batch-effect alignment", "residue-level denoising"),
        ("CellAtlasMini", "FoldsAndFails", "EnzymeZoo"),
        ("Energies obey $\\Delta G = -RT \\ln K_\\mathrm{d}$ up to an offset that we learn.",),
    ),
)

# Relative frequency of each topic, in the order above.
WEIGHTS = (24, 20, 12, 10, 8, 6, 9, 3, 4, 3, 2, 2)

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
