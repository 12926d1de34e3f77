"""feedserver.topics: the fields of invented research, each with its subjects, problems and methods."""

from typing import NamedTuple


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
