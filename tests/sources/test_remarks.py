"""sources.remarks: a paper's standing, from the remarks that people really make."""

import pytest

from papers.sources.remarks import standing_of

TAKEN_BACK = [
    ("This paper has been withdrawn", "withdrawn"),
    ("This paper has been withdrawn by the author due to a gap in Lemma 2", "withdrawn"),
    ("Withdrawn", "withdrawn"),
    ("paper withdrawn by the authors", "withdrawn"),
    ("8 pages, 2 figures. This submission is withdrawn because of a sign error", "withdrawn"),
    ("This submission has been withdrawn by arXiv administrators as it breaks the rules", "withdrawn"),
    ("The authors have withdrawn this paper", "withdrawn"),
    ("We withdraw this manuscript since Theorem 1 is wrong", "withdrawn"),
    ("This article has been temporarily withdrawn", "withdrawn"),
    ("This article has been removed by arXiv", "withdrawn"),
    ("[withdrawn] superseded by the sequel", "withdrawn"),
    ("This paper has been retracted by the authors", "retracted"),
    ("Retracted.", "retracted"),
    ("7 pages This paper has been withdrawn by the author", "withdrawn"),
    ("Since Lemma 9 is false, the paper has been administratively withdrawn", "withdrawn"),
    ("It misreads a proof. For this reason, it has been withdrawn by the authors", "withdrawn"),
    ("This paper has been withdrawan", "withdrawn"),
]
STANDING = [
    "9 pages, supersedes withdrawn arXiv:2601.00001",
    "Replaces an earlier withdrawn version",
    "We study withdrawn drugs",
    "This paper was withdrawn from a journal and is under review at another",
    "Withdrawn drugs are studied",
    "The first version was never retracted",
    "",
]


@pytest.mark.parametrize(("remark", "standing"), TAKEN_BACK)
def test_a_remark_takes_a_paper_back(remark, standing):
    assert standing_of("Kites", "We fly kites.", remark, "").standing == standing
    assert standing_of("Kites", remark, "", "").standing == standing


@pytest.mark.parametrize("remark", STANDING)
def test_a_remark_about_something_else_does_not(remark):
    assert standing_of("Kites", remark, remark, "").standing == ""


def test_a_publisher_marks_the_title():
    assert standing_of("RETRACTED ARTICLE: On kites", "", "", "J. Kites 4").standing == "retracted"
    assert standing_of("Retracted articles: a survey", "", "", "").standing == ""


@pytest.mark.parametrize(
    ("comment", "venue"),
    [
        ("Accepted at ICML 2026", "ICML 2026"),
        ("12 pages, 3 figures, accepted to NeurIPS 2025", "NeurIPS 2025"),
        ("Accepted for publication in Journal of Kites", "Journal of Kites"),
        ("To appear in the Proceedings of the 3rd Kite Conference", "Proceedings of the 3rd Kite Conference"),
        ("Published as a conference paper at ICLR 2026", "ICLR 2026"),
        ("CVPR 2026 (Highlight)", "CVPR 2026 (Highlight)"),
        ("Camera-ready version for ACL 2026; 9 pages", "ACL 2026"),
        ("EMNLP 2025 Findings. Code: https://kites.example/x", "EMNLP 2025 Findings"),
        ("Accepted as an oral presentation at AAAI-26", "AAAI-26"),
        ("Submitted to ICML 2026", ""),
        ("Under review at NeurIPS 2026", ""),
        ("Accepted, 10 pages", ""),
        ("Accepted 12 March 2026", ""),
        ("Extended version of our ICML 2025 paper", ""),
        ("12 pages, 4 figures", ""),
    ],
)
def test_a_comment_names_the_venue(comment, venue):
    assert standing_of("Kites", "We fly.", comment, "") == ("published" if venue else "", venue)
