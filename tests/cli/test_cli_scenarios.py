"""Runs scenarios/*.txt: transcripts of commands with what they must print.

    # a remark
    $ mooring ls-add sw0            a command; what follows is its standard output
    ! mooring: ...                  a line of its standard error
    [1]                             its exit status, when it isn't 0
    = list Logical_Switch           done by mooring and by ovn-nbctl, which must print the same,
                                    the order of lines (of records, when blank lines part them) aside

In expected lines <uuid> is any UUID, and <uuid:x> the same one wherever it stands; in commands
<uuid:x> is what it was found to be. "..." is anything; alone on a line, any number of lines.
"""
from __future__ import annotations

import pathlib
import re
import shlex

import pytest

HERE = pathlib.Path(__file__).parent
UUID = r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}"


class Step:
    def __init__(self, number: int, sign: str, command: str):
        self.number = number
        self.sign = sign
        self.command = command
        self.output: list[str] = []
        self.errors: list[str] = []
        self.status = 0


def read(path: pathlib.Path) -> list[Step]:
    steps: list[Step] = []
    for number, line in enumerate(path.read_text().splitlines(), 1):
        if line.startswith(("$ ", "= ")):
            steps.append(Step(number, line[0], line[2:]))
        elif line.startswith("#") or not steps:
            continue
        elif line.startswith("! "):
            steps[-1].errors.append(line[2:])
        elif re.fullmatch(r"\[-?\d+\]", line):
            steps[-1].status = int(line[1:-1])
        else:
            steps[-1].output.append(line)
    for step in steps:  # blank lines before the next command belong to the reader
        while step.output and not step.output[-1]:
            step.output.pop()
    return steps


class Matcher:
    """Compares lines with expected ones, and remembers what <uuid:x> stood for."""

    def __init__(self) -> None:
        self.known: dict[str, str] = {}

    def fill(self, text: str) -> str:
        return re.sub(r"<uuid:(\w+)>", lambda found: self.known[found[1]], text)

    def line(self, expected: str, found: str) -> bool:
        names: list[str] = []
        pattern = ""
        for part in re.split(r"(<uuid(?::\w+)?>)", expected):
            named = re.fullmatch(r"<uuid:(\w+)>", part)
            if named and named[1] in self.known:
                pattern += re.escape(self.known[named[1]])
            elif named:
                names.append(named[1])
                pattern += f"({UUID})"
            elif part == "<uuid>":
                pattern += UUID
            else:
                pattern += ".*".join(re.escape(piece) for piece in part.split("..."))
        match = re.fullmatch(pattern, found)
        if not match:
            return False
        self.known.update(zip(names, match.groups()))
        return True

    def lines(self, expected: list[str], found: list[str]) -> bool:
        if not expected:
            return not found
        if expected[0] == "...":
            return any(self.lines(expected[1:], found[i:]) for i in range(len(found) + 1))
        return bool(found) and self.line(expected[0], found[0]) and self.lines(expected[1:],
                                                                              found[1:])


def records(text: str) -> list[str]:
    return sorted(text.split("\n\n") if "\n\n" in text else text.splitlines())


def differences(databases, words: list[str]) -> str:
    """How the two programs differ; "" when they don't."""
    ours = databases.run("mooring", *words)
    theirs = databases.run("ovn-nbctl", *words)
    same = records(ours.stdout.strip("\n")) == records(theirs.stdout.strip("\n"))
    if same and ours.returncode == theirs.returncode:
        return ""
    return (f"mooring:\n{ours.stdout}{ours.stderr}[{ours.returncode}]\n"
            f"ovn-nbctl:\n{theirs.stdout}{theirs.stderr}[{theirs.returncode}]")


def play(databases, path: pathlib.Path) -> None:
    matcher = Matcher()
    for step in read(path):
        words = shlex.split(matcher.fill(step.command))
        where = f"{path.name}:{step.number}: {step.sign} {step.command}"
        if step.sign == "=":
            if found := differences(databases, words):
                pytest.fail(f"{where}\n{found}", pytrace=False)
            continue
        done = databases.run(*words)
        found = [line.rstrip() for line in done.stdout.splitlines()]
        right = (done.returncode == step.status and matcher.lines(step.output, found)
                 and matcher.lines(step.errors, done.stderr.splitlines()))
        if not right:
            pytest.fail(f"{where}\n{done.stdout}--- errors:\n{done.stderr}[{done.returncode}]",
                        pytrace=False)


@pytest.mark.parametrize("path", sorted((HERE / "scenarios").glob("*.txt")), ids=lambda p: p.stem)
def test_scenario(databases, path):
    play(databases, path)
