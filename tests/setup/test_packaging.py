"""The wheel holds everything that is imported or read, and nothing else is needed to run."""

from __future__ import annotations

import fnmatch
import os
import shutil
import subprocess
import sys
import tomllib
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
FOLDERS = ("agents", "sim", "calibration", "experiments")


def test_every_package_is_listed_in_pyproject() -> None:
    there = {
        str(file.parent.relative_to(ROOT)).replace(os.sep, ".")
        for top in FOLDERS
        for file in (ROOT / top).rglob("__init__.py")
    }
    assert there == set(PROJECT["tool"]["setuptools"]["packages"])


def test_every_data_file_is_listed_in_pyproject() -> None:
    listed = [
        f"{package.replace('.', '/')}/{pattern}"
        for package, patterns in PROJECT["tool"]["setuptools"]["package-data"].items()
        for pattern in patterns
    ]
    data = [
        file.relative_to(ROOT).as_posix()
        for top in FOLDERS
        for file in (ROOT / top).rglob("*")
        if file.is_file() and file.suffix not in {".py", ".pyc"} and file.name != "README.md"
    ]
    assert [file for file in data if not any(fnmatch.fnmatch(file, pattern) for pattern in listed)] == []


@pytest.fixture(scope="module")
def unpacked_wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A wheel built from a copy of the checkout and unpacked into a folder of its own."""
    source, out = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("wheel")
    for top in FOLDERS:
        shutil.copytree(ROOT / top, source / top, ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    build = "import sys; from setuptools import build_meta; build_meta.build_wheel(sys.argv[1])"
    subprocess.run([sys.executable, "-c", build, str(out)], cwd=source, check=True, capture_output=True)
    (wheel,) = out.glob("*.whl")
    zipfile.ZipFile(wheel).extractall(out / "site")
    return out / "site"


def test_the_wheel_runs_from_an_empty_folder(unpacked_wheel: Path, tmp_path: Path) -> None:
    program = (
        "import sim; from sim import Scenario; scenario = Scenario.load('shared-savings');"
        "print(sim.__file__); print(scenario.name)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(unpacked_wheel)},
        capture_output=True,
        text=True,
        check=True,
    )
    file, name = done.stdout.splitlines()
    assert Path(file).is_relative_to(unpacked_wheel)
    assert name == "shared-savings"
    assert list(tmp_path.iterdir()) == []
