"""Whether runs of a lesson did the same: which lines, by whom, in which order.

What is different by its nature is not compared: pids, addresses, random names, the folder and
the line numbers of the standard library's files, the marks under a traceback's code, and
measured times (a number with a unit of time). In a lesson that measures, no number is compared.
Between two versions of Python the frames of a traceback that are in the standard library are
left aside, too.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from gallery import claims
from gallery.claims import DIGITS
from gallery.evidence.findings import Said, Sameness, Spread
from multitrack.recording import Recording

NUMBER = re.compile(rf"(?<![\w.])[-+]?{DIGITS}(?:e[-+]?\d+)?(?!\w)")
TIME = re.compile(rf"(\s?)\s*{claims.TIME}")
ASIDE = (
    (re.compile(r"\b0x[0-9a-fA-F]+\b"), "<address>"),
    (re.compile(r"(pid\w*\W{1,3})\d+\b"), r"\1<pid>"),
    (
        re.compile(r"\b(psm_|wnsm_|pymp-|listener-|tmp|mp-)(?=\w*[\d_])[a-z0-9_]{8}\b"),
        r"\1<random>",
    ),
    (re.compile(r"\btmp[a-z0-9_]{8}(?=/)"), "tmp<random>"),
    (re.compile(r"\blib/(?:python|pypy)3\.\d+t?\b"), "lib/python3"),
    (re.compile(r'(File "(?:lib/python3|<frozen )[^"]*", line )\d+'), r"\1<line>"),
)
MARKS = re.compile(r"[\s|]*[~^][\s~^]*")
FRAME = re.compile(r'([\s|]*)File "(?:lib/python3|<frozen |<string>|gallery/stage)')
MOST_SPREAD = 40  # lines of which the spread is told


def compared(recording: Recording, measures: bool = False) -> list[Said]:
    """Return a run's lines as they are compared: (process, text)."""
    lines = [(who, TIME.sub(r"\1<time>", text)) for who, text in told(recording)]
    if measures:
        lines = [(who, NUMBER.sub("<number>", text)) for who, text in lines]
    if recording.full:  # the rest is only counted
        lines.append(("", f"{recording.full.lines} lines in all"))
    return lines


def told(recording: Recording) -> Iterator[Said]:
    """Give back a run's lines without what is random by its nature; times are still there."""
    for line in recording.lines:
        if MARKS.fullmatch(line.text):
            continue
        text = recording.without_pids(line.text)
        for pattern, word in ASIDE:
            text = pattern.sub(word, text)
        yield line.process, text


def sameness(runs: Sequence[list[Said]]) -> Sameness:
    """Count in how many ways the runs went."""
    return Sameness(
        runs=len(runs),
        lines=len({_multiset(text for _, text in run) for run in runs}),
        writers=len({_multiset(run) for run in runs}),
        orders=len({tuple(run) for run in runs}),
    )


def _multiset(items: Iterable[object]) -> frozenset[tuple[object, int]]:
    return frozenset(Counter(items).items())


def _shape(text: str) -> str:
    """Return the text without its numbers."""
    return NUMBER.sub("#", text)


# -- the spread of what varies ------------------------------------------------------------


def spread(by_method: dict[str, list[list[Said]]]) -> tuple[Spread, ...]:
    """Tell which lines were not the same in every run under the same start method."""
    counts = {m: [Counter(t for _, t in run) for run in runs] for m, runs in by_method.items()}
    every = [c for of_method in counts.values() for c in of_method]
    varying: dict[str, None] = {}
    for of_method in counts.values():
        for text in dict.fromkeys(text for c in of_method for text in c):
            if len({c[text] for c in of_method}) > 1:
                varying.setdefault(_shape(text))
    found = []
    for shape in varying:
        texts = [[t for t in c.elements() if _shape(t) == shape] for c in every]
        times = [len(of_run) for of_run in texts if of_run]
        text = _ranges([t for of_run in texts for t in of_run])
        found.append(Spread(text, len(times), len(every), min(times), max(times)))
    return tuple(found[:MOST_SPREAD])


def _ranges(texts: list[str]) -> str:
    """Write texts of one shape as one, each number that varies as ``least … most``."""
    columns = list(zip(*(NUMBER.findall(text) for text in texts), strict=True))
    ranges = iter(
        sorted({*column}, key=_value)[0] + " … " + sorted({*column}, key=_value)[-1]
        if len({*column}) > 1
        else column[0]
        for column in columns
    )
    return NUMBER.sub(lambda _: next(ranges), texts[0])


def _value(number: str) -> float:
    return float(number.replace(",", "").replace("_", ""))


# -- what differs between versions --------------------------------------------------------


def between_versions(run: list[Said]) -> list[Said]:
    """Leave out the frames of tracebacks that are in the standard library."""
    kept: list[Said] = []
    inside: dict[str, int] = {}  # the depth of the frame that each process is telling of
    for who, text in run:
        depth = len(text) - len(text.lstrip(" |"))
        if (frame := FRAME.match(text)) is not None:
            inside[who] = len(frame[1])
            continue
        if who in inside and text.strip() and depth > inside[who]:
            continue
        inside.pop(who, None)
        kept.append((who, text))
    return kept


def differing(here: list[list[Said]], there: list[list[Said]]) -> tuple[list[Said], list[Said]]:
    """Return the lines that were more often in every run there than in any here, and the reverse.

    A line whose numbers vary here by chance, or there, is compared without its numbers, and a
    list of such numbers without its length.
    """
    here, there = ([between_versions(run) for run in runs] for runs in (here, there))
    chance = _chance(here) | _chance(there)

    def name(text: str) -> str:
        shape = _loose(text)
        return shape if shape in chance else text

    def only(these: list[list[Said]], those: list[list[Said]]) -> list[Said]:
        mine = [Counter(name(t) for _, t in run) for run in these]
        others = [Counter(name(t) for _, t in run) for run in those]
        more = {
            text: excess
            for text in {t for c in mine for t in c}
            if (excess := min(c[text] for c in mine) - max(c[text] for c in others)) > 0
        }
        found = []
        for who, text in reversed(these[0] if these else []):  # the last ones are the surplus
            if more.get(name(text), 0) > 0:
                more[name(text)] -= 1
                found.append((who, text))
        return found[::-1]

    return only(there, here), only(here, there)


def _loose(text: str) -> str:
    return re.sub(r"#(?:, #)+", "#", _shape(text))


def _chance(runs: list[list[Said]]) -> set[str]:
    """Return the shapes of lines whose numbers differ from run to run."""
    texts: defaultdict[str, set[tuple[str, ...]]] = defaultdict(set)
    for run in runs:
        of_run: defaultdict[str, list[str]] = defaultdict(list)
        for _, text in run:
            of_run[_loose(text)].append(text)
        for shape, those in of_run.items():
            texts[shape].add(tuple(sorted(those)))
    return {shape for shape, variants in texts.items() if len(variants) > 1}
