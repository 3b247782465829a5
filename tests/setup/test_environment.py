"""What ``make`` leaves behind: byte code of everything installed, and lock files that agree."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PIN = re.compile(r"^([a-z0-9._-]+)==([^ ;\\]+) *(?:; *([^\\]+?))? *\\?$", re.MULTILINE)


def pins(name: str) -> set[tuple[str, str]]:
    return {(package, version) for package, version, _ in PIN.findall((ROOT / name).read_text(encoding="utf-8"))}


@pytest.mark.skipif(not (ROOT / ".stamps" / "run").exists(), reason="the environment was not set up by make")
@pytest.mark.parametrize("library", ["mesa", "pandas"])
def test_installed_libraries_hold_byte_code(library: str) -> None:
    spec = importlib.util.find_spec(library)
    assert spec is not None
    assert spec.origin is not None
    sources = [file for file in Path(spec.origin).parent.rglob("*.py") if "tests" not in file.parts]
    without = [file for file in sources if not Path(importlib.util.cache_from_source(str(file))).exists()]
    assert len(without) <= len(sources) // 100, (
        "files that are not valid on this Python stay uncompiled; others may not"
    )


def test_tests_run_on_the_versions_that_the_lock_file_chooses() -> None:
    import mesa

    assert ("mesa", mesa.__version__) in pins("requirements.lock")
    assert (sys.version_info < (3, 12)) == (mesa.__version__ == "3.3.1")


def test_the_lock_file_for_testing_only_adds_to_the_other() -> None:
    assert len(pins("requirements.lock")) > 30
    assert pins("requirements.lock") < pins("requirements-dev.lock")


@pytest.mark.parametrize("name", ["requirements.lock", "requirements-dev.lock"])
def test_every_pinned_version_has_a_hash_and_no_address(name: str) -> None:
    text = (ROOT / name).read_text(encoding="utf-8")
    entries = re.split(r"^(?=[a-z0-9])", text, flags=re.MULTILINE)[1:]
    assert len(entries) > 30
    assert [entry.split()[0] for entry in entries if "--hash=sha256:" not in entry] == []
    assert "://" not in text
