"""feedserver.words: the vocabulary that invented papers are made of. Every person, place, model and result is made up.

In a text, `{key}` stands for one entry of the list `key`, chosen once for each paper; anything else in braces
(TeX) stays as it is.
"""

from typing import NamedTuple

# Given and family names that are common in many countries; combined at random.
NAMES: dict[str, tuple[str, str]] = {
    "arabic": ("Layla Omar Yasmin Khalid Noura Tariq Salma", "al-Farouqi|Haddad|El-Sayed|Benali|Mansour|Khoury"),
    "brazilian": ("João Luísa Thiago Beatriz Antônio Inês", "Gonçalves|da Conceição|Araújo|Nóbrega|Magalhães"),
    "chinese": ("Wei Xiaoming Lü Yuxuan Jiahui Zhiyuan Ruolin", "Zhang|Ouyang|Xu|Lü|Zhao|Qian|Sun|Huang"),
    "czech": ("Bořivoj Zdeňka Jiří Ludmila Ctibor", "Dvořáčková|Novotný|Říha|Štěpánek|Žižka"),
    "dutch": ("Joost Anneke Pieter Fenna Maarten", "van der Zwaan|de Vries|van 't Hoogerhuys|Bakker"),
    "english": ("Agnes Rupert Prudence Desmond Winifred Clive", "Thistlewood|Featherstone-Pym|Okafor-Hughes|Plum"),
    "ethiopian": ("Selam Abebe Hiwot Dawit", "Tesfaye|Gebremariam|Wolde|Bekele"),
    "finnish": ("Väinö Aino Päivi Jyrki", "Hämäläinen|Järvinen|Mäkelä-Yrjönen|Äijälä"),
    "french": ("Éloïse Benoît Gaëlle Jérôme Maëlys", "Lefèvre|d'Aubigné|Château|Nuñez-Perrot|Guérin"),
    "german": ("Jörg Käthe Günther Annegret Sören", "Müller-Lüdenscheidt|Größwang|Weiß|von Überlingen|Schäfer"),
    "greek": ("Eleni Spyros Kalliope Thanasis", "Papadopoulos|Economou|Vassilikos|Hatzi"),
    "hawaiian": ("Kaʻiulani Keola Leilani", "Kamakawiwoʻole|Nāone|Kalākaua"),
    "hungarian": ("Győző Ágnes Zsófia Ödön", "Erdős-Tóth|Kővári|Szűcs|Őry"),
    "icelandic": ("Sigríður Þórarinn Guðrún Björn", "Eyjólfsdóttir|Þorvaldsson|Ægisdóttir"),
    "indian": ("Ananya Venkat Priyanka Arjun Meera", "Chattopadhyay|Iyer|Subramaniam|Deshpande|Kaur"),
    "indonesian": ("Putri Bayu Ni Made", "Wijayanti|Santoso|Hartono"),
    "irish": ("Aoife Séamus Niamh Pádraig", "Ó Súilleabháin|O'Flaherty|Ní Bhriain|Mac Giolla"),
    "japanese": ("Haruka Shin'ichi Yōko Kenta Ryūnosuke", "Satō|Kōno|Ōtsuka|Watanabe|Hashimoto"),
    "korean": ("Seo-yeon Min-jun Ha-eun Ji-ho", "Kim|Park|Choi|Namgung"),
    "maori": ("Aroha Tāne Mereana", "Ngāta|Te Rangi|Parata"),
    "nigerian": ("Ọlájídé Chiamaka Ngozi Adébáyọ̀", "Ògúnbíyì|Eze|Nwachukwu|Akínwálé"),
    "persian": ("Shirin Kaveh Golnaz Arash", "Mohammadi|Farahani|Tehranizadeh"),
    "polish": ("Łukasz Małgorzata Zbigniew Świętosława", "Wiśniewski|Brzęczyszczykiewicz|Żółć|Dąbrowska"),
    "romanian": ("Ștefan Ioana Răzvan", "Țepeș|Bălănescu|Ionescu"),
    "russian": ("Svetlana Dmitry Yevgenia", "Shcherbakova|Kuznetsov|Tolstykh"),
    "spanish": ("Íñigo Begoña Ramón Lucía", "Muñoz Ibáñez|García y Ortega|Peñalver|Güell"),
    "swedish": ("Åsa Björn Märta", "Ångström|Sjöberg|Öhlén"),
    "turkish": ("Çağla Özgür Işıl Doğan", "Yılmaz|Güneş|Şahinoğlu|Çelik"),
    "vietnamese": ("Hương Đức Thảo Quỳnh", "Nguyễn|Trần|Đặng|Phạm"),
}

AFFILIATIONS = (
    "Institute for Advanced Guesswork, Lower Wobbling",
    "Polytechnic of the Middle Distance",
    "Royal Society for Unsupervised Gardening",
    "Northern Fjord Technical College, Department of Gradients",
    "Laboratorio de Tensores Cansados",
    "Zentrum für Vorläufige Ergebnisse, Neu-Überwald",
    "School of Sufficiently Deep Learning, Port Mistral",
    "Overfit Research",
    "Observatoire des Plateaux d'Apprentissage",
    "National Laboratory of Lost Baselines",
    "The Tea Room, Second Floor",
    "University of the Outer Hebrides and Beyond",
    "Académie du Petit Lot",
    "Foundation for Models of Modest Size",
    "Kettle & Sons Machine Intelligence, Ltd",
    "Fakultet za Neodlučnost",
)
COLLABORATIONS = (
    "The LATTE Collaboration",
    "The BIGGER-SCALES Consortium",
    "Working Group on Benchmarks That Were Too Easy",
    "The Very Large Author List Collaboration",
)

BEASTS = (
    *("WOMBAT", "HERON", "OCELOT", "NARWHAL", "AXOLOTL", "CAPYBARA", "PANGOLIN", "QUOKKA", "TAPIR", "MAGPIE", "GECKO"),
    *("STOAT", "LEMUR", "PUFFIN", "DINGO", "IBEX", "KAKAPO", "IBIS", "NEWT", "OKAPI", "SHREW", "WALRUS"),
)
WORTHIES = ("Otter", "Marmot", "Sparrow", "Badger", "Moth", "Cuttlefish", "Finch", "Hedgehog")
LABS = ("lost-baselines", "fjord-gradients", "kettle-and-sons", "overfit-research", "petit-lot", "tea-room-ml")


class Topic(NamedTuple):
    """A field of invented research: what it is about, what is wrong with it, and what is done about it."""

    category: str
    beside: tuple[str, ...]  # other categories that its papers often carry
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
        ("overparameterised networks", "mixture-of-experts models", "small transformers", "frozen encoders"),
        ("few-shot regression", "continual learning", "learning with noisy labels", "tabular prediction"),
        ("forget on Fridays what they learned on Mondays", "memorise the row number", "diverge when nobody looks"),
        ("lazy momentum", "gradient hibernation", "spectral tidying", "polite weight decay", "loss-aware napping"),
        ("SmallTable-40", "PermutedDigits-X", "DriftBench", "LongTail-9k"),
        (
            "We prove that the excess risk is at most $\\mathcal{O}(\\sqrt{d \\log n / n})$ whenever $n > d$.",
            "The stationary points satisfy $\\|\\nabla f(\\theta_t)\\|^2 \\le \\varepsilon$ after "
            "$T = \\Omega(\\varepsilon^{-2})$ steps.",
        ),
    ),
    Topic(
        "cs.CL",
        ("cs.AI", "cs.LG"),
        ("large language models", "instruction-tuned models", "retrieval-augmented readers", "multilingual encoders"),
        ("long-document question answering", "dialogue summarisation", "low-resource translation", "citation checking"),
        ("answer the previous question", "apologise before they reason", "cite papers that nobody has written"),
        ("hesitation tokens", "footnote-guided decoding", "self-interruption", "contrastive muttering"),
        ("LongTea-128k", "PolyglotQA", "FactOrFiction", "MutterBench"),
        (
            "Let $p_\\theta(y \\mid x)$ be the reader; we bound $\\mathrm{KL}(p_\\theta \\| q)$ by the length $|y|$.",
            "Perplexity falls as $L^{-\\alpha}$ with $\\alpha \\approx 0.37$ in the context length $L$.",
        ),
    ),
    Topic(
        "cs.CV",
        ("cs.LG", "eess.IV"),
        ("vision transformers", "diffusion backbones", "masked autoencoders", "open-vocabulary detectors"),
        ("dense prediction", "video object segmentation", "monocular depth", "counting sheep in fog"),
        ("look at the watermark instead of the dog", "lose the object behind a lamp post", "prefer texture to shape"),
        ("patch reshuffling", "peripheral attention", "edge-preserving forgetfulness", "squint augmentation"),
        ("FoggySheep-5k", "COCOA-2", "StreetCorner", "ThingsBehindThings"),
        (
            "Attention over $n$ patches costs $\\mathcal{O}(n \\log n)$ instead of $\\mathcal{O}(n^2)$.",
            "We minimise $\\sum_{i<j} w_{ij} \\|f(x_i) - f(x_j)\\|_2^2$ over all pairs of patches.",
        ),
    ),
    Topic(
        "cs.AI",
        ("cs.LG", "cs.MA"),
        ("planning agents", "tool-using agents", "neuro-symbolic solvers", "world models"),
        ("household planning", "theorem search", "multi-step tool use", "booking a table for eleven"),
        (
            "order the tools alphabetically",
            "stop as soon as the plan sounds confident",
            "repeat a failed call politely",
        ),
        ("backwards apologetics", "plan-then-doubt", "budgeted backtracking", "checklist distillation"),
        ("ErrandsBench", "ToolShed", "ProofPile-Mini", "KitchenWorld"),
        (
            "The value of a plan of depth $k$ is $V_k = \\max_a \\mathbb{E}[r + \\gamma V_{k-1}]$.",
            "Search stays within a budget of $B \\cdot \\log_2 |A|$ calls.",
        ),
    ),
    Topic(
        "stat.ML",
        ("cs.LG", "math.ST"),
        ("Gaussian processes", "conformal predictors", "variational posteriors", "kernel machines"),
        ("uncertainty estimation", "causal effect estimation", "change-point detection", "Bayesian optimisation"),
        ("are certain exactly when they are wrong", "cover 90 % of the cases nobody asked about"),
        ("tempered shrinkage", "doubly reluctant estimation", "split-and-regret calibration", "inducing-point thrift"),
        ("UCI-Leftovers", "CalibrationZoo", "CausalCafé", "DriftingDice"),
        (
            "Coverage holds at level $1-\\alpha$ for every $\\alpha \\in (0, 1)$ without assumptions on $P_{XY}$.",
            "We show $\\sup_{f \\in \\mathcal{F}} |P_n f - P f| \\le 2 \\mathfrak{R}_n(\\mathcal{F}) + \\delta$.",
        ),
    ),
    Topic(
        "cs.RO",
        ("cs.AI", "cs.LG"),
        ("visuomotor policies", "quadruped controllers", "diffusion policies", "soft grippers"),
        ("folding fitted sheets", "stair descent", "bimanual assembly", "opening unfamiliar doors"),
        ("work until the lights change", "fear carpets", "wave at people and drop the cup"),
        ("cautious imitation", "contact-first curricula", "simulated clumsiness", "torque diaries"),
        ("LaundryGym", "DoorsOfEurope", "StairCase-12", "CupBench"),
        ("The controller is stable if $V(x) = x^\\top P x$ with $P \\succ 0$ decreases along trajectories.",),
    ),
    Topic(
        "cs.IR",
        ("cs.CL", "cs.LG"),
        ("dense retrievers", "rerankers", "generative recommenders", "cross-encoders"),
        ("passage retrieval", "session recommendation", "finding the mail from last spring", "citation recommendation"),
        ("recommend what was just bought", "reward the longest document", "rank the query above its answer"),
        ("negative-sample etiquette", "late regret scoring", "popularity fasting", "two-tower gossip"),
        ("LostMail-1M", "MS-Marmalade", "SessionSoup", "CiteMe"),
        ("Recall@$k$ grows as $1 - e^{-\\lambda k}$, with $\\lambda$ estimated from clicks.",),
    ),
    Topic(
        "cs.NE",
        ("cs.LG", "q-bio.NC"),
        ("spiking networks", "evolved architectures", "reservoir computers", "Hebbian circuits"),
        ("event-camera recognition", "neuroevolution", "low-power keyword spotting"),
        ("spike only when it is convenient", "evolve towards the timer"),
        ("homeostatic bribery", "crossover by committee", "sleep-phase replay"),
        ("SpikeStreet", "TinyKeyword", "EvoGarden"),
        ("The membrane follows $\\tau \\dot{v} = -v + I(t)$ with threshold $v_\\mathrm{th}$.",),
    ),
    Topic(
        "cs.CR",
        ("cs.LG", "cs.CY"),
        ("federated learners", "watermarked generators", "private aggregators", "red-teaming harnesses"),
        ("membership inference", "prompt-injection defence", "training-data extraction"),
        ("leak the intern's birthday", "obey instructions hidden in recipes"),
        ("noise with manners", "canary choirs", "sandboxed credulity"),
        ("InjectionJunction", "CanaryCage", "LeakyBucket"),
        ("The mechanism is $(\\varepsilon, \\delta)$-private with $\\varepsilon < 1$ and $\\delta = 10^{-6}$.",),
    ),
    Topic(
        "eess.AS",
        ("cs.SD", "cs.CL"),
        ("speech recognisers", "neural vocoders", "audio language models"),
        ("meeting transcription", "singing voice conversion", "hearing one voice in a canteen"),
        ("turn coughs into surnames", "attribute every sentence to the chairman"),
        ("phase-aware eavesdropping", "mumble augmentation", "speaker carousel training"),
        ("CanteenSpeech", "ChoirBench", "MumbleNet"),
        ("The separation error scales with $\\sigma^2 / \\mathrm{SNR}$ for $K \\le 5$ speakers.",),
    ),
    Topic(
        "math.OC",
        ("cs.LG", "stat.ML"),
        ("proximal methods", "bilevel solvers", "stochastic gradient methods"),
        ("nonconvex optimisation", "distributed optimisation", "minimax games"),
        ("circle the saddle point for company", "converge in the paper only"),
        ("anchored extrapolation", "variance-reduced patience", "asynchronous compromise"),
        ("QuadraticsAndWorse", "SaddleClub", "MinimaxMuseum"),
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
        ("predict the laboratory instead of the cell", "fold everything into the same helix"),
        ("equivariant origami", "batch-effect diplomacy", "residue-level curiosity"),
        ("CellAtlasMini", "FoldsAndFails", "EnzymeZoo"),
        ("Energies obey $\\Delta G = -RT \\ln K_\\mathrm{d}$ up to an offset that we learn.",),
    ),
)

# How often each topic comes up, in the order above.
WEIGHTS = (24, 20, 16, 10, 6, 6, 5, 3, 4, 3, 2, 2)

TITLES = (
    "{beast}: {method} for {task}",
    "{beast}: Teaching {thing} Not to {trouble_short}",
    "{method} Is Almost All You Need for {task}",
    "On the surprising patience of {thing}",
    "Do {thing} understand {task}? A polite no",
    "{thing} can do {task}, if you let them sleep",
    "Rethinking {task} with {method}",
    "{method}: a simple baseline for {task} that took us two years",
    "What {thing} get wrong about {task}, and what we got wrong about {thing}",
    "How much {method} is enough? Evidence from {benchmark}",
    "Towards {thing} that ask before they {trouble_short}",
    "{benchmark}: a benchmark for {task} that is not solved yet (we checked)",
    "The unreasonable mediocrity of {thing} in {task}",
    "{task} without labels, without tricks, and almost without a GPU",
    "A negative result on {method} for {task}",
    "{worthy}-{size}B: an open model for {task}",
    "Scaling laws for {method}: bigger is bigger",
    "Understanding {method} through the eyes of {thing}",
)
# What some titles end with.
TWISTS = (
    ", revisited",
    " at scale",
    " under a budget",
    ": lessons from {sets} failures",
    ", and why it matters on Tuesdays",
    " in {loc} lines",
    " (extended abstract)",
    ": the {people}-annotator view",
    " with {size} billion regrets",
    ", one seed at a time",
)
# Rare, and all of them legal: what a page must survive.
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
    "It is widely believed that {task} is solved by {thing}.",
    "Practitioners who deploy {thing} for {task} meet the same trouble every spring.",
)
GAPS = (
    "Yet in practice they {trouble}, and the literature has little to say about it.",
    "We observe, however, that they {trouble} in roughly one case out of {ratio}.",
    "Unfortunately they also {trouble}, which no amount of data seems to cure.",
    "A careful audit of {audit} published results shows why: the models {trouble}.",
)
IDEAS = (
    "We propose {method}, a drop-in change of {loc} lines that needs neither new labels nor a new optimiser.",
    "We introduce {beast}, which combines {method} with a schedule that a tired person can remember.",
    "Our answer is {method}: at each step the model is asked what it would rather not know.",
    "This paper presents {beast}, a training recipe built around {method} and a single extra head.",
)
RESULTS = (
    "On {benchmark} it improves on the strongest baseline by {gain} points at {cost} % of the compute.",
    "Across {seeds} seeds and {sets} data sets, including {benchmark}, the gain is {gain} ± {error} points.",
    "{beast} reaches {score} % on {benchmark}, and keeps {kept} % of it when the test set is turned upside down.",
    "In a blind study with {people} people, its outputs were preferred in {score} % of the comparisons.",
)
# With a bare "<", which careless readers take for a tag.
COMPARISONS = (
    "The effect is small but holds (p<0.01, n<m in all {sets} settings), also for the <MASK> token.",
    "Inference takes <{ms} ms per example, and a model with <1B parameters is enough.",
)
MORALS = (
    "We also report what did not work, which was most of it.",
    "An ablation shows that the name of the method accounts for less than a third of the improvement.",
    "The gains vanish when the random seed is chosen fairly, and we explain why this is not a contradiction.",
    "We hope that this closes the discussion, and expect that it will not.",
    "All experiments fit on one card and one weekend.",
    "Limitations are discussed at length, because the reviewers asked.",
)
CODE = (
    "Code is available at {code}.",
    "Code and weights: {code}",
    "We release everything, including the failed runs ({code}).",
)
REVISIONS = (
    "This version corrects a sign in the proof of the main theorem.",
    "This version adds the baseline that three readers asked for; it is competitive.",
    "This version reports all seeds.",
    "This version withdraws the word 'solved'.",
    "This version fixes the fix of the previous version.",
    "This version updates the acknowledgements.",
)
COMMENTS = (
    "{pages} pages, {figures} figures",
    "{pages} pages, {figures} figures, {tables} tables",
    "Accepted at the 7th Workshop on Results That Surprised Us",
    "{pages} pages; comments welcome, within reason",
    "Under review; do not tell reviewer 2",
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
    "{method}, explained with a kettle",
    "Stop tuning. Start sleeping: notes on {method}",
    "A field guide to {thing}",
    "Why {task} is harder than it looks, and what we do about it",
    "Release notes: {beast} 0.{minor} can now do {task}",
    "I reimplemented {method} in {loc} lines",
    "We moved {task} off the GPU, and nobody noticed",
    "Five papers on {task} that changed how we work",
    "The {benchmark} leaderboard is broken; here is a spreadsheet",
)
POST_PARAGRAPHS = (
    "Last month we put {thing} in front of {people} colleagues and asked them to be unkind. They were. "
    "The models {trouble}, the dashboard stayed green, and the only alarm was a person who wondered.",
    "The usual advice is to collect more data. We did that twice. The second time we found that {score} % of the "
    "examples were the same photograph of the same mug, and that {method} had learned the mug.",
    "So we tried {method}. It is {loc} lines, most of them comments. On {benchmark} it gained {gain} points; on our "
    "own traffic it gained a quiet afternoon, which we value more.",
    "Three things surprised us. First, the learning rate hardly matters once {method} is on. Second, {thing} stop "
    "complaining after {seeds} epochs. Third, nobody could say who had switched the old system off.",
    "If you take one thing from this post: measure {task} on the cases that hurt, not on the cases you have. "
    "{benchmark} is a fine start, and a poor place to stop.",
    "There is a cost. Training takes {cost} % longer, the logs are twice as chatty, and the on-call engineer now knows "
    "what an eigenvalue is.",
)
