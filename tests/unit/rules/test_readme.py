"""The page about rules says what is true."""

from pathlib import Path

from tests.pages import ROOT, play


def test_every_block_of_the_page_is_true(tmp_path: Path):
    play(ROOT / "rules" / "README.md", tmp_path)
