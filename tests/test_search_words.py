"""words: one normal form of all text that is searched, and of what people type."""

import time
import unicodedata

import pytest

from papers import words


@pytest.mark.parametrize(
    ("text", "made"),
    [
        ("Plain words, twice: words.", "plain words twice words"),
        ("“Otter” dams—beaver’s nests… ‘newt’ €owl", "otter dams beaver s nests newt owl beavers"),
        ("Kernels on TPU/NPU", "kernels on tpu npu tpunpu"),
        ("Erdős–Rényi, Straße, Łódź, Ørsted, ılık, ﬁnch", "erdos renyi strasse lodz orsted ilik finch erdosrenyi"),
        ("soft\u00adly zero\u200bwidth \u202bbidi\u202c", "softly zerowidth bidi"),
        ("GPT-4, Llama3 and 7B", "gpt 4 llama 3 and 7 b gpt4 llama3 7b"),
        ("C++, C#, RRT* and .NET", "c c rrt and net cplusplus csharp rrtstar dotnet"),
        ("μP, α-nets, π₀ and λόγος", "mu p alpha nets pi 0 and u03bbu03bfu03b3u03bfu03c3 mup alphanets pi0"),
        (r"L\'evy's \textbf{$\beta$-Zoo} of S$^2$LM", "levy s beta zoo of s 2 lm levys betazoo s2lm"),
        ("机器学习", "u673au5668 u5668u5b66 u5b66u4e60 u4e60"),
        ("ＦＵＬＬ ３×３ ٣٤ №5 H∞ Owl™", "full 3 x 3 34 no 5 h infinity owl 3x3 hinfinity"),
        ("1,000 of 2026-03-04, v1.5", "1 000 of 2026 03 04 v 1 5 v15"),
        ("3f9c0a77be12d4", "3f9c0a77be12d4"),
        ("", ""),
        ("!? … — ++ *", ""),
    ],
)
def test_text_becomes_ascii_words(text, made):
    assert words.index(text) == made


@pytest.mark.parametrize("text", ["Ångström naïve Ngữ", "ガギグ 데이터", "й ё ў", "आँकड़े हिन्दी", "שָׁלוֹם", "ἀρχή"])
def test_composed_and_decomposed_letters_are_the_same(text):
    assert words.index(unicodedata.normalize("NFD", text)) == words.index(text) != ""


def test_what_is_typed_is_read_as_the_text_was():
    for text in (
        "Erdős–Rényi",
        "GPT-4",
        "k-NN",
        "C++",
        "A*",
        "μP",
        "L\\'evy",
        "机器",
        "Обучение",
        "हिन्दी",
        "การเรียน",
        "ﬁnch",
    ):
        query, made = words.query(text), words.index(f"Of {text}, we")
        assert all(f" {' '.join(phrase)} " in f" {made} " for phrase in query.phrases)
        assert set(query.required) <= set(made.split())


def test_sign_of_a_script_without_spaces_stands_for_words_that_begin_with_it():
    assert words.query("学").phrases == [["u5b66:*"]]
    assert any(word.startswith("u4e60") for word in words.index("机器学习").split())


def test_output_is_ascii_whatever_comes():
    every = "".join(map(chr, (*range(0x3000), *range(0x1F000, 0x1F100), 0x20000, 0xE0100, 0x10FFFF)))
    for made in (words.index(every), words.index(" ".join(every))):
        assert made.isascii()
        assert made.replace(" ", "").isalnum()


HOSTILE = ["a" * 10_000, "a-" * 5000, "a1" * 5000, "学" * 10_000, "e\u0301" * 5000, "\u0301" * 10_000, "αα-" * 3000]
HOSTILE += [
    "c++" * 3000,
    "." * 10_000,
    "*#" * 5000,
    "\u0f77" * 3000,
    "ﷺ" * 3000,
    "a.b++" * 2000,
    "-α" * 5000,
    "$\\" * 5000,
]


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_text_takes_no_time(text):
    began = time.perf_counter()
    words.index(text)
    words.query(text)
    assert time.perf_counter() - began < 0.5
