#!/usr/bin/env python3
"""Computes what every view of the schema usage must answer of the world that world.json tells.

    answers.py            writes answers/VIEW.txt anew
    answers.py --check    says which of them differ, and fails if any does

A new view: a function of its name below @view(columns), in one of the modules, computed from World and not from SQL.
GoldenAnswerTests.swift stores the world through the warehouse and compares.
"""

import pathlib
import sys

import anomalies  # noqa: F401
import billing  # noqa: F401
import overviews  # noqa: F401
import questions  # noqa: F401
import reconciled  # noqa: F401
import stored  # noqa: F401
import versions  # noqa: F401
from table import VIEWS, table
from world import World

FOLDER = pathlib.Path(__file__).with_name("answers")


def main():
    world = World()
    answers = {f"{name}.txt": table(columns, answer(world)) for name, (columns, answer) in VIEWS.items()}
    written = {path.name: path.read_text() for path in FOLDER.glob("*.txt")}
    if sys.argv[1:] == ["--check"]:
        wrong = sorted(name for name in answers.keys() | written.keys() if answers.get(name) != written.get(name))
        sys.exit(f"not what answers.py computes: {', '.join(wrong)}" if wrong else 0)
    FOLDER.mkdir(exist_ok=True)
    for name in written.keys() - answers.keys():
        (FOLDER / name).unlink()
    for name, text in answers.items():
        (FOLDER / name).write_text(text)


if __name__ == "__main__":
    main()
