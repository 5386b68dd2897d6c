"""Questions that cannot be asked, and answers that do not hold."""

from pathlib import Path
from textwrap import dedent, indent

import pytest

from gallery.quiz.__main__ import main
from gallery.quiz.question_nodes import settled_words
from gallery.quiz.questions import QuizError, read_all
from gallery.quiz.settle import CHANCE_RUNS, PATIENCE, runs_of, same, settle

ROOT = Path(__file__).resolve().parents[2]
LESSON = '"""\nOne\n===\n\nThe only lesson.\n"""\nprint(1)\n'
CHOICES = """
- output: |
    1
  right: true
  why: It is what the program prints.
- output: |
    2
  why: Nothing prints a 2.
"""


def question(name="first", kind="prints", choices=CHOICES, **fields) -> str:
    """Write a question on ``print(1)``; ``None`` leaves a field out."""
    all_fields = {
        "kind": kind,
        "question": "What does this print?",
        "start_methods": "[fork]",
        "program": "|\n  print(1)",
        **fields,
    }
    lines = [f"- id: {name}"]
    lines += [indent(f"{k}: {v}", "  ") for k, v in all_fields.items() if v is not None]
    return "\n".join([*lines, "  choices:", indent(dedent(choices).strip(), "    "), ""])


@pytest.fixture
def write(tmp_path):
    """Write the questions on a lesson, the chapter's only one; return the lessons' folder."""
    snippets = tmp_path / "snippets"
    (snippets / "tiny").mkdir(parents=True)
    (snippets / "tiny" / "one.py").write_text(LESSON)

    def write_quiz(*questions: str, name: str = "tiny/one.quiz.yaml") -> Path:
        (snippets / name).write_text("\n".join(questions), "utf-8")
        return snippets

    return write_quiz


@pytest.fixture
def refused(write):
    """Return why questions cannot be asked, one line for each reason."""

    def why(*questions: str) -> str:
        with pytest.raises(QuizError) as error:
            read_all(write(*questions))
        return str(error.value)

    return why


@pytest.fixture
def settled(write, tmp_path):
    """Settle questions and return what came of it."""

    def run(*questions: str):
        return settle(read_all(write(*questions)), tmp_path / "quiz")

    return run


# -- reading -----------------------------------------------------------------------------------


def test_a_good_question_is_read(write):
    (found,) = read_all(write("# a comment", question(on_lesson="true")))
    assert (found.id, found.lesson, found.quiz) == ("first", "tiny/one", "tiny")
    assert (found.on_lesson, found.mixed) == (True, False)
    assert found.place.endswith("quiz.yaml:2")
    assert [c.right for c in found.choices] == [True, False]
    assert found.settled_by == "run"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        (question(choices=CHOICES.replace("why: Nothing prints a 2.", "")), "'why' is missing"),
        (question(choices=CHOICES.replace("Nothing prints a 2.", '" "')), "explain why it is"),
        (question(choices=CHOICES.replace("right: true", "right: false")), "no choice is right"),
        (question(choices=CHOICES.replace("  why: N", "  right: true\n  why: N")), "several: true"),
        (question(several="true"), "only one choice is right"),
        (question(lesson="tiny/one"), "no key is called 'lesson'"),
        (question(mixed="true", on_lesson="true"), "leave one out"),
        (question(progam="x"), "no key is called 'progam'; did you mean 'program'?"),
        (question(program="|\n  print(1"), "program, line 1: not Python"),
        (question(program="|\n  print(1)\n  return"), "program, line 2: not Python"),
        (question(program="|\n  # nothing"), "program: there is no code in it"),
        (question(program=None), "needs 'program': a whole script"),
        (question(program="7"), "7 will not do: give text; put it in quotes"),
        (question(kind="guess"), "give one of prints, hangs"),
        (question(name="Not_So"), "of a-z, 0-9 and hyphens"),
        (question(settled_by="advice"), "a run can settle a question of kind prints"),
        (question(choices=CHOICES.split("- output: |\n    2")[0]), "give 2 to 5 choices"),
        (question(start_methods="[fork, thread]"), "give one of fork, spawn, forkserver"),
        (question(program="|\n  print(" + "1 + " * 20 + "1)"), "72 are the most"),
        (question(program="|\n" + "  print(1)\n" * 26), "26 lines; 25 are the most"),
        (question(question="|\n  What?\n\n  # A heading"), "'# A heading'"),
        (question(kind="missing", expect="{output: '1'}"), "____"),
        (question(kind="wrong"), "needs 'cure'"),
        (question(cure="|\n  print(1)"), "has no 'cure'"),
        (question(choices=CHOICES.replace("right: true", "right: true\n  under: [spawn]")), "fork"),
    ],
)
def test_a_bad_question_is_refused_with_file_line_and_id(refused, text, words):
    message = refused("", "", text)
    assert words in message
    assert "quiz.yaml:" in message
    assert "Not_So" in message if "Not_So" in text else "'first'" in message
    lines = [int(line.split("quiz.yaml:")[1].split(":")[0]) for line in message.splitlines()]
    assert min(lines) >= 3  # two empty lines come first


def test_the_line_is_that_of_the_fault(refused):
    message = refused(question(), question("second", limit="7"))
    text = "\n".join([question(), question("second", limit="7")])
    line = text.splitlines().index("  limit: 7") + 1
    assert f"one.quiz.yaml:{line}: question 'second': limit: seconds after which" in message


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("- id: [", ":1: not YAML"),
        ("", "the file is empty"),
        ("id: x\n", "will not do: give a list"),
        ("- 7\n", "will not do: give keys with values"),
        ("- id: x\n  id: y\n", ":2: 'id' stands there twice"),
        ("- &a [*a]\n", "an alias"),
        ("- !!python/object/apply:os.getpid []\n", "not YAML"),
        ("- id: \x01\n", "not YAML"),
    ],
)
def test_what_is_no_list_of_questions_is_refused(refused, text, words):
    assert words in refused(text)


def test_what_is_not_utf_8_is_refused(write):
    snippets = write("")
    (snippets / "tiny" / "one.quiz.yaml").write_bytes(b"- id: \xff\n")
    with pytest.raises(QuizError, match="not UTF-8"):
        read_all(snippets)


@pytest.mark.parametrize(
    "name",
    ["tiny/gone.quiz.yaml", "tiny/quiz.yaml", "tiny/one.more.quiz.yaml", "mixed_quiz.yaml"],
)
def test_questions_without_their_lesson_are_refused(write, name):
    write(question())
    with pytest.raises(QuizError) as error:
        read_all(write(question("second"), name=name))
    assert str(error.value).count("\n") == 0
    assert f"snippets/{name}: there is no lesson" in str(error.value)
    assert "beside it" in str(error.value)
    assert "rename or delete it" in str(error.value)


def test_a_lesson_that_cannot_be_read_is_told_with_its_own_line(write):
    snippets = write(question())
    (snippets / "tiny" / "one.py").write_text(LESSON + "print(\n")
    with pytest.raises(QuizError, match=r"one\.py:8: not Python"):
        read_all(snippets)


def test_an_id_may_be_used_once_in_all_files(write):
    snippets = write(question())
    (snippets / "tiny" / "two.py").write_text(LESSON)
    write(question(), name="tiny/two.quiz.yaml")
    with pytest.raises(QuizError, match=r"two.quiz.yaml:1.*one.quiz.yaml:1 has the same id"):
        read_all(snippets)


def test_a_chapter_asks_in_the_reading_order_and_the_mixed_quiz_in_its_own(write):
    snippets = write(question("a1"), question("m0", mixed="true"), question("a0"))
    more = [question(f"m{n}", mixed="true") for n in range(1, 9)]
    for chapter, name, order in (("tiny", "two", 2), ("tiny", "six", 1), ("last", "zero", 0)):
        (snippets / chapter).mkdir(exist_ok=True)
        script = f"{LESSON}# sphinx_gallery_lesson_order = {order}\n"
        (snippets / chapter / f"{name}.py").write_text(script)
        write(question(name), *(more if name == "two" else ()), name=f"{chapter}/{name}.quiz.yaml")
    found = read_all(snippets)
    by_quiz = {q: [x.id for x in found if x.quiz == q] for q in ("tiny", "last", "mixed")}
    assert by_quiz["tiny"] == ["six", "two", "a1", "a0"]
    assert by_quiz["last"] == ["zero"]
    assert [q.id for q in found[-9:]] == by_quiz["mixed"]
    assert sorted(by_quiz["mixed"]) == [f"m{n}" for n in range(9)] != by_quiz["mixed"]
    assert found[-1].lesson.startswith("tiny/")
    (snippets / "last" / "zero.quiz.yaml").unlink()  # the others' order stays
    assert [q.id for q in read_all(snippets) if q.mixed] == by_quiz["mixed"]


ADVICE = """
- text: Ask.
  right: true
  why: It is good.
- text: Guess.
  why: It is not.
"""


def advice(name: str, **fields) -> str:
    return question(name, "tool", ADVICE, settled_by="advice", program=None, **fields)


def test_one_in_four_of_a_quiz_may_be_advice(write):
    """Of a chapter's, though they are in several files; the mixed ones are a quiz of their own."""
    snippets = write(*[question(f"q{n}") for n in range(3)])
    (snippets / "tiny" / "two.py").write_text(LESSON)
    assert len(read_all(write(advice("a1"), name="tiny/two.quiz.yaml"))) == 4
    write(advice("a1"), advice("a2"), name="tiny/two.quiz.yaml")
    with pytest.raises(QuizError, match="'a2': 2 of the 5 questions of the quiz 'tiny' are advice"):
        read_all(snippets)
    write(question(kind="guess"))  # that there are no others is not this file's fault
    with pytest.raises(QuizError) as error:
        read_all(snippets)
    assert "advice" not in str(error.value)
    write(*[question(f"q{n}") for n in range(3)])
    write(advice("a1"), advice("a2", mixed="true"), name="tiny/two.quiz.yaml")
    with pytest.raises(QuizError, match="'a2': 1 of the 1 questions of the quiz 'mixed'"):
        read_all(snippets)


def test_a_lesson_shows_three_questions_at_most(refused):
    message = refused(*[question(f"q{n}", on_lesson="true") for n in range(4)])
    assert message.count("3 are the most") == 1
    assert "'q3'" in message


def test_choices_are_mixed_and_always_in_the_same_way(write):
    snippets = write(*[question(f"q{n}") for n in range(40)])
    orders = [[c.number for c in q.shown] for q in read_all(snippets)]
    assert orders == [[c.number for c in q.shown] for q in read_all(snippets)]
    assert 8 < sum(order[0] == 1 for order in orders) < 32


# -- comparing ---------------------------------------------------------------------------------


def test_three_dots_stand_for_any_lines():
    assert same("a\n...\nb\n", ["a", "b"])
    assert same("a\n...\nb\n", ["a", "1", "2", "b"])
    assert not same("a\n...\nb\n", ["a", "b", "c"])
    assert not same("a.b", ["axb"])
    assert same("got ... of 5\n", ["got 3 of 5"])
    assert not same("got ... of 5\n", ["got 3 of 5", "more"])
    assert same("", [])
    assert not same("", ["x"])


def test_unordered_lines_are_counted():
    assert same("a\nb\n", ["b", "a"], unordered=True)
    assert not same("a\nb\n", ["b", "a", "a"], unordered=True)
    assert same("a\n...\n", ["b", "a", "a"], unordered=True)


# -- how often what is run ---------------------------------------------------------------------

ALL = ["fork", "forkserver", "spawn"]


def methods(text: str, write, thorough: bool = False) -> dict[str, list[str]]:
    """Return the start methods under which each program of a question is run."""
    (found,) = read_all(write(text))
    under: dict[str, list[str]] = {}
    for run in runs_of(found, thorough):
        under.setdefault(run.part, []).append(run.start_method)
    return under


def test_what_the_answer_rests_on_is_run_under_each_start_method(write):
    assert methods(question(start_methods=None), write) == {"program": ALL}
    assert methods(question(start_methods="[spawn, fork]"), write) == {"program": ["fork", "spawn"]}


def test_a_wrong_choice_is_run_under_the_first_and_a_cure_under_the_last(write):
    missing = {"kind": "missing", "program": "|\n  print(____)", "expect": "{output: '1'}"}
    hangs = {"kind": "hangs", "program": None}
    for start_methods, wanted in (
        (None, ALL),
        ("[spawn, forkserver]", ALL[1:]),
        ("[fork]", ALL[:1]),
    ):
        given = {"start_methods": start_methods}
        for text in (
            question(choices=MISSING.format(2), **missing, **given),
            question(choices=HANGS.format(60), **hangs, **given),
        ):
            assert methods(text, write) == {"choice-1": wanted, "choice-2": wanted[:1]}
            assert methods(text, write, thorough=True)["choice-2"] == wanted
        assert methods(wrong(**given), write) == {"program": wanted, "cure": wanted[-1:]}
        assert methods(wrong(**given), write, thorough=True)["cure"] == wanted


def test_the_runs_of_chance_are_spread_over_the_start_methods(write):
    runs = methods(question(chance="true", start_methods=None), write)["program"]
    assert len(runs) == CHANCE_RUNS
    counts = [runs.count(m) for m in ALL]
    assert max(counts) - min(counts) <= 1
    (found,) = read_all(write(question(chance="true")))
    assert [run.number for run in runs_of(found)] == list(range(1, CHANCE_RUNS + 1))


def test_only_what_may_hang_has_the_question_s_limit(write):
    def limits(text: str) -> list[float]:
        (found,) = read_all(write(text))
        return [run.limit for run in runs_of(found)]

    given = {"limit": "0.5", "program": None}
    assert limits(question(kind="hangs", choices=HANGS.format(60), **given)) == [0.5, PATIENCE]
    given = {"limit": "0.5", "program": "|\n  print(____)", "expect": "{output: '1'}"}
    assert limits(question(kind="missing", choices=MISSING.format(2), **given)) == [PATIENCE, 0.5]
    assert limits(wrong(expect="{hangs: true}", limit="0.5")) == [0.5, PATIENCE]
    assert limits(question(limit="0.5")) == [PATIENCE]


def test_the_page_says_what_was_run(write):
    def words(text):
        (found,) = read_all(write(text))
        return settled_words(found)

    everywhere = {"start_methods": None}
    assert words(question()).startswith("Settled by a run under fork, made")
    said = words(question(**everywhere))
    assert said.startswith("Settled by runs under fork, forkserver and spawn, made")
    said = words(question(chance="true", **everywhere))
    assert said.startswith("Settled by 20 runs under fork, forkserver and spawn, made")
    said = words(wrong(**everywhere))
    assert "fork, forkserver and spawn (of the mended program under spawn alone), made" in said
    hangs = question(kind="hangs", choices=HANGS.format(60), program=None, **everywhere)
    assert "fork, forkserver and spawn (of wrong choices under fork alone), made" in words(hangs)
    hangs = question(kind="hangs", choices=HANGS.format(60), program=None)
    assert words(hangs).startswith("Settled by a run under fork, made")


# -- running -----------------------------------------------------------------------------------

CHILD = """|
  from multiprocessing import Process

  if __name__ == "__main__":
      child = Process(target=print, args=("child",))
      child.start()
      child.join()
      print("main")"""
CHILD_CHOICES = """
- output: |
    child
    main
  right: true
  why: Main waits.
- output: |
    main
    child
  why: It does not.
"""


def test_an_answer_that_holds_under_all_start_methods(settled, tmp_path):
    first = question(program=CHILD, choices=CHILD_CHOICES, start_methods=None)
    found = settled(first)
    assert found.refuted == []
    assert found.recorded == 3
    assert {r.start_method for r in found.recordings["first"]} == {"fork", "forkserver", "spawn"}
    again = settled(first)
    assert again.recorded == 0
    assert again.recordings["first"].keys() == found.recordings["first"].keys()
    assert settled(first.replace('"main"', '"Main"')).recorded == 3  # another program


def test_an_answer_that_a_run_refutes(settled):
    wrong = CHILD_CHOICES.replace("right: true", "right: false").replace(
        "why: It", "right: true\n  why: It"
    )
    for _ in range(2):  # it is not kept: the next build says the same
        found = settled("", question(program=CHILD, choices=wrong))
        assert found.recorded == 1
        (report,) = found.refuted
        assert "one.quiz.yaml:2: question 'first' under fork: a run refutes the answer" in report
        expected, _, seen = report.partition("seen:")
        assert "    main\n    child\n" in expected
        assert "    child\n    main\n" in seen
        assert "choice 1, which is said to be wrong" in report


def test_what_is_refuted_in_the_same_way_is_told_once(settled):
    program = "|\n  import multiprocessing\n  print(multiprocessing.get_start_method())"
    choices = "- output: spawn\n  right: true\n  why: x\n- output: none\n  why: y"
    forking, serving = settled(
        question(program=program, choices=choices, start_methods=None)
    ).refuted
    assert "under fork: a run refutes the answer" in forking
    assert "under forkserver: a run refutes the answer" in serving
    choices = choices.replace("spawn", "none").replace("none\n  why: y", "other\n  why: y")
    program = "|\n  print(1)"
    (report,) = settled(question(program=program, choices=choices, start_methods=None)).refuted
    assert "under fork, forkserver and spawn: runs refute the answer\n" in report
    chance = question(program=program, choices=choices, start_methods="[fork]", chance="true")
    (report,) = settled(chance).refuted
    assert "'first' under fork: runs refute the answer\n" in report


def test_refutations_are_told_in_the_order_of_the_file(settled):
    choices = CHOICES.replace("    1\n", "    3\n")
    names = [f"q{n}" for n in range(4)]
    found = settled(*[question(name, choices=choices) for name in names])
    assert [report.split("'")[1] for report in found.refuted] == names


def test_how_main_ends_and_the_last_line_of_a_traceback(settled):
    program = "|\n  raise ValueError('no')"
    choices = "- output: |\n    ValueError: no\n  right: true\n  ends: '1'\n  why: It raises.\n"
    choices += "- output: ''\n  why: It speaks."
    assert settled(question(program=program, choices=choices)).refuted == []
    gently = choices.replace("  ends: '1'\n", "")
    (report,) = settled(question(program=program, choices=gently)).refuted
    assert "main ends with 0" in report.partition("seen:")[0]
    assert "main ends with 1" in report.partition("seen:")[2]


HANGS = """
- program: |
    import time
    time.sleep({})
  right: true
  why: It sleeps.
- program: |
    print("done")
  why: It ends.
"""


def test_what_hangs(settled):
    fields = {"kind": "hangs", "program": None}
    assert settled(question(choices=HANGS.format(60), limit="0.5", **fields)).refuted == []
    (report,) = settled(question(choices=HANGS.format(0), limit="2", **fields)).refuted
    assert "(choice 1) under fork" in report
    assert "it is still there after 2 s" in report


def test_what_is_said_to_end_and_hangs(settled, monkeypatch):
    monkeypatch.setattr("gallery.quiz.settle.PATIENCE", 0.5)
    choices = HANGS.format(60).replace('print("done")', "import time; time.sleep(60)")
    (report,) = settled(question(kind="hangs", choices=choices, program=None, limit="0.5")).refuted
    assert "(choice 2)" in report
    assert "did not end within" in report


MISSING = """
- code: "1"
  right: true
  why: One.
- code: "{}"
  why: Another.
"""


def test_what_is_missing(settled):
    fields = {"kind": "missing", "program": "|\n  print(____)", "expect": "{output: '1'}"}
    assert settled(question(choices=MISSING.format(2), **fields)).refuted == []
    (report,) = settled(question(choices=MISSING.format("2 - 1"), **fields)).refuted
    assert "(choice 2)" in report
    assert "said to be wrong" in report


def test_several_lines_of_code_keep_their_place(write):
    choices = (
        "- code: |\n    a = 1\n    b = 2\n  right: true\n  why: x\n- code: a = b = 0\n  why: y"
    )
    program = "|\n  if True:\n      ____\n      print(a)"
    fields = {"kind": "missing", "program": program, "expect": "{output: '1'}"}
    (found,) = read_all(write(question(choices=choices, **fields)))
    assert found.with_code(found.choices[0]) == "if True:\n    a = 1\n    b = 2\n    print(a)\n"


def wrong(**fields) -> str:
    given = {
        "program": "|\n  print(1 / 0)",
        "expect": "{ends: '1'}",
        "cure": "|\n  print(1)",
        "cured": "'1'",
        **fields,
    }
    return question(kind="wrong", choices=ADVICE, **given)


def test_what_is_wrong_misbehaves_and_its_cure_does_not(settled):
    assert settled(wrong()).refuted == []
    (report,) = settled(wrong(expect="{ends: SIGKILL}")).refuted
    assert "main ends with SIGKILL" in report
    (report,) = settled(wrong(expect="{hangs: true}", limit="0.5")).refuted
    assert "it hangs" in report
    (report,) = settled(wrong(cured="'2'")).refuted
    assert "(cure)" in report


def test_chance_every_output_that_is_seen_must_be_right(settled):
    program = "|\n  import random\n  print(random.randint(1, 2))"
    both = CHOICES.replace("why: N", "right: true\n  why: N")
    given = {"program": program, "chance": "true"}
    found = settled(question(choices=both, several="true", **given))
    assert (found.refuted, found.recorded) == ([], CHANCE_RUNS)
    report = "\n".join(settled(question(**given)).refuted)
    assert "choice 2, which is said to be wrong" in report


def test_a_program_that_never_ends_is_ended(settled, monkeypatch):
    monkeypatch.setattr("gallery.quiz.settle.PATIENCE", 0.3)
    (report,) = settled(question(program="|\n  import time\n  time.sleep(60)")).refuted
    assert "a program that ends by itself" in report
    assert "did not end within" in report


def test_advice_is_not_run(settled):
    found = settled(*[question(f"q{n}") for n in range(3)], advice("a1"))
    assert found.recorded == 3
    assert found.recordings["a1"] == {}


# -- the command line --------------------------------------------------------------------------


def test_the_command_settles_what_is_named(write, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("gallery.quiz.__main__.ROOT", tmp_path)
    snippets = write(question(), question("ends", "hangs", HANGS.format(60), program=None))
    (snippets / "tiny" / "two.py").write_text(LESSON)
    write(question("other", choices=CHOICES.replace("1\n", "3\n")), name="tiny/two.quiz.yaml")
    for name, words in (
        ("first", "1 questions, 0 of them advice; 1 runs"),
        ("tiny/two", "1 questions, 0 of them advice; 1 runs"),
        ("tiny", "3 questions, 0 of them advice; 3 runs"),
    ):
        assert main([name]) == (name != "first"), name
        told = capsys.readouterr()
        assert words in told.out
        assert ("two.quiz.yaml:1: question 'other'" in told.err) == (name != "first")
    assert main(["tiny/three", "first", "cats"]) == 2
    assert "no quiz, lesson or question is called cats, tiny/three" in capsys.readouterr().err


def test_the_command_can_be_thorough(write, tmp_path, monkeypatch, capsys):
    monkeypatch.setattr("gallery.quiz.__main__.ROOT", tmp_path)
    write(wrong(start_methods="[fork, spawn]"))
    for arguments, words in (([], "; 3 runs in"), (["--thorough"], "; 1 runs in")):
        assert main(arguments) == 0
        assert words in capsys.readouterr().out


# -- the project's own -------------------------------------------------------------------------


def test_there_are_enough_questions_and_runs_settle_three_in_four():
    questions = read_all(ROOT / "snippets")
    counts = {q: sum(x.quiz == q for x in questions) for q in {x.quiz for x in questions}}
    assert len(questions) >= 68
    assert counts.pop("mixed") >= 20
    for chapter in ("spawning", "communication", "shared_memory", "pools"):
        assert counts[chapter] >= 12, chapter
    assert 4 * sum(q.settled_by == "run" for q in questions) >= 3 * len(questions)
