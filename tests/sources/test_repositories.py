"""sources.repositories: links to code and weights, where people put them."""

import pytest

from papers.sources import repositories


def page(*links):
    return "".join(f'<a href="{link}">this</a>' for link in links)


@pytest.mark.parametrize(
    ("text", "links"),
    [
        ("Code: https://github.com/a/b.", ["https://github.com/a/b"]),
        (
            "(https://www.github.com/a/b.git), http://gitlab.com/c/d;",
            ["https://github.com/a/b", "https://gitlab.com/c/d"],
        ),
        ("https://github.com/a and mail a@github.com/b", []),
        (r"\url{https://github.com/a/b\_c}", ["https://github.com/a/b_c"]),
        ("see github.com/a/b.The code is free", ["https://github.com/a/b"]),
        ("https://github.com/a/b/blob/main/x.py and https://GitHub.com/A/B/issues/7", ["https://github.com/a/b"]),
        ("https://github.com/features/actions https://github.com/orgs/kites", []),
        ("https://raw.githubusercontent.com/a/b/main/x", ["https://github.com/a/b"]),
        ("https://gitlab.kites.example/lab/fly/-/tree/main", ["https://gitlab.kites.example/lab/fly"]),
        ("https://bitbucket.org/a/b/src/main, https://codeberg.org/c/d", None),
        ("Project page: https://kites.github.io/fly/index.html", ["https://kites.github.io/fly"]),
        ("https://flying-kites.github.io", ["https://flying-kites.github.io"]),
        ("https://ada.github.io/posts/kites", []),
        ("https://anonymous.4open.science/r/kites-1234/README.md", ["https://anonymous.4open.science/r/kites-1234"]),
        ("https://zenodo.org/record/123456", ["https://zenodo.org/records/123456"]),
        ("https://doi.org/10.5281/zenodo.98765.", ["https://zenodo.org/records/98765"]),
        ("https://doi.org/10.1000/kites", []),
        ("https://huggingface.co/papers/2401.12345 https://huggingface.co/ada", []),
        ("https://huggingface.co/datasets/ada/kites/tree/main", ["https://huggingface.co/datasets/ada/kites"]),
        ("https://huggingface.co/spaces/ada/fly", ["https://huggingface.co/spaces/ada/fly"]),
        ("https://notgithub.com/a/b https://github.com.evil.example/a/b", []),
        (" ".join(f"https://github.com/a/b{n}" for n in range(9)), [f"https://github.com/a/b{n}" for n in range(5)]),
    ],
)
def test_code_is_found_in_text_and_in_hrefs(text, links):
    links = ["https://bitbucket.org/a/b", "https://codeberg.org/c/d"] if links is None else links
    assert repositories.find("", text) == (links, [])


def test_weights_are_models():
    found = repositories.find("https://huggingface.co/org/kite-7b/tree/main and https://hf.co/org/kite-70b")
    assert found == ([], ["https://huggingface.co/org/kite-7b", "https://huggingface.co/org/kite-70b"])


def test_hrefs_of_a_post_count_but_not_its_own_site():
    content = page(
        "https://github.com/a/b#readme",
        "https://ada.github.io/kites",
        "https://bo.github.io/fly",
        "https://bo.github.io/2026/11/fly",
        "https://github.com/a?tab=repositories",
        "/github.com/c/d",
        "https://gist.github.com/ada/123abc&amp;x=1",
    )
    found = repositories.find("words", content_html=content, own="https://ada.github.io/posts/1")
    assert found.code == ["https://github.com/a/b", "https://bo.github.io/fly", "https://gist.github.com/ada/123abc"]


def test_hostile_text_takes_no_time():
    for text in ("github.com/" + "a/" * 200_000, "gitlab." + "a." * 200_000, "x" * 400_000, "href=" * 80_000):
        repositories.find(text, content_html=text)
