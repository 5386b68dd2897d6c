"""A worker is replaced after so many tasks; a chunk is one; an executor does not fork."""

import multiprocessing
import os
import sys
import time
import warnings
from concurrent.futures import ProcessPoolExecutor, process
from multiprocessing import Pool, TimeoutError, active_children, get_context

import pytest

from tests.calling import in_session

word = "before"


def test_program(run_program):
    ended = run_program("maxtasksperchild.py", timeout=60)
    assert ended.status == 0, ended.output
    growing, replaced, fresh = ended["growing"], ended["replaced"], ended["fresh"]
    assert [kept for _, kept, _ in growing] == [2_000 * day for day in range(1, 8)]
    assert [kept for _, kept, _ in replaced] == [2_000, 4_000] * 3 + [2_000]
    assert [top for _, _, top in growing] == [top for _, _, top in replaced]
    assert "workers: 1, largest cache: 14000\nworkers: 4, largest cache: 4000\n" in ended.output
    assert len({pid for pid, _, _ in fresh}) == 4
    assert ended.output.endswith("workers: 4 for 4 days\n")


def test_without_chunksize_the_cache_grows_further(run_program):
    """Seven days, one worker: two a chunk, so four days a worker."""
    ended = run_program("maxtasksperchild.py", timeout=60, changed={"chunksize=1,  # (3)": ""})
    assert ended.status == 0
    assert "workers: 2, largest cache: 8000\n" in ended.output


def test_a_bounded_cache_needs_no_new_worker(run_program):
    """What the section on mending says."""
    bounded = {"@cache  # (1)": "@lru_cache(1_000)", "import cache": "import lru_cache"}
    ended = run_program("maxtasksperchild.py", timeout=60, changed=bounded)
    assert ended.status == 0
    assert "workers: 1, largest cache: 1000\n" in ended.output


def test_two_games_in_a_worker(run_program):
    ended = run_program("maxtasksperchild.broken.py", timeout=60)
    assert ended.status == 0
    assert ended.output == "8 workers for 16 games\n"


def test_one_game_in_a_worker(run_program):
    ended = run_program("maxtasksperchild.cured.py", timeout=60)
    assert ended.status == 0
    assert ended.output == "16 workers for 16 games\n"


def pid_of(_number):
    return os.getpid()


def workers_of_each_method():
    found = []
    with Pool(1, maxtasksperchild=1) as pool:
        found.append(len(set(pool.imap(pid_of, range(3)))))
        found.append(len(set(pool.imap_unordered(pid_of, range(3)))))
        found.append(len({pool.apply_async(pid_of, (n,)).get() for n in range(3)}))
        found.append(len(set(pool.starmap(pid_of, [(n,) for n in range(8)]))))
    return found


def test_what_a_task_is(run):
    """Eight inputs are four chunks for ``starmap``; the other methods send one at a time."""
    assert run(workers_of_each_method) == [3, 3, 3, 4]


def note(path):
    with path.open("a") as file:
        file.write("started\n")


def starts(path):
    """Return how many workers were started for one task."""
    with Pool(1, note, (path,), maxtasksperchild=1) as pool:
        pool.apply(pid_of, (1,))
        deadline = time.monotonic() + 20
        while path.read_text().count("started") < 2 and time.monotonic() < deadline:
            time.sleep(0.02)
        return path.read_text().count("started")


def test_a_new_worker_starts_with_no_task_waiting_and_runs_the_initializer(run, tmp_path):
    assert run(starts, tmp_path / "starts") == 2


def exit_code_at_the_limit():
    with Pool(1, maxtasksperchild=1) as pool:
        (first,) = active_children()
        result = pool.apply_async(pid_of, (1,)).get()
        first.join(20)
        return result == first.pid, first.exitcode


def test_it_ends_well_after_its_result_was_sent(run):
    assert run(exit_code_at_the_limit) == (True, 0)


def get_word():
    return word


def words_of_two_workers():
    """Change main's word before the second worker is started."""
    global word
    with Pool(1, maxtasksperchild=2) as pool:
        words = [pool.apply(get_word)]
        word = "after"
        words += [pool.apply(get_word), pool.apply(get_word)]
    return words


def test_a_forked_replacement_is_a_copy_of_main_as_it_is_then(run, start_method):
    last = "after" if start_method == "fork" else "before"
    assert run(words_of_two_workers) == ["before", "before", last]


def warned_of_fork():
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        with Pool(1, maxtasksperchild=1) as pool:
            pids = {pool.apply(pid_of, (n,)) for n in range(3)}
    return len(pids), any("use of fork() may lead to deadlocks" in str(w.message) for w in caught)


def test_python_warns_of_a_forked_replacement(run, start_method):
    expected = start_method == "fork" and sys.version_info >= (3, 12)
    assert run(warned_of_fork) == (3, expected)


def forkserver_pool():
    with get_context("forkserver").Pool(2, maxtasksperchild=50) as pool:
        return pool.map(abs, [-1, -2])


def test_a_pool_of_another_context(run):
    assert run(forkserver_pool) == [1, 2]


def name_and_word():
    return multiprocessing.current_process().name, word


def seen_by_an_executor():
    global word
    word = "after"
    with ProcessPoolExecutor(1, max_tasks_per_child=1) as executor:
        return executor.submit(name_and_word).result()


def test_an_executor_takes_spawn_by_itself(run):
    """So what main has set is not there, under fork neither."""
    name, seen = run(seen_by_an_executor)
    assert name.startswith("SpawnProcess")
    assert seen == "before"


def test_an_executor_refuses_fork():
    message = "max_tasks_per_child is incompatible with the 'fork' multiprocessing start method"
    with pytest.raises(ValueError, match=message):
        ProcessPoolExecutor(max_tasks_per_child=1, mp_context=get_context("fork"))


def chunks_of_an_executor():
    with ProcessPoolExecutor(1, max_tasks_per_child=1) as executor:
        return len(set(executor.map(pid_of, range(6), chunksize=3)))


def test_a_chunk_of_an_executor_is_a_task(run):
    assert run(chunks_of_an_executor) == 2


BACKLOG = """
import os
from concurrent.futures import ProcessPoolExecutor, wait
from multiprocessing import active_children

if __name__ == "__main__":
    with ProcessPoolExecutor(1, max_tasks_per_child=2) as executor:
        futures = [executor.submit(os.getpid) for _ in range(6)]
        without = 0  # looks in a row at which there was no worker
        while wait(futures, timeout=0.1).not_done:
            without = 0 if active_children() else without + 1
            if without == 30:
                print("hangs", [future.done() for future in futures].count(True), flush=True)
                os._exit(0)  # no worker is left behind: there is none
        print(len({future.result() for future in futures}))
"""
# The mend of July 2026 has this method, in 3.13 and later; 3.15 was released with it.
MENDED = any(
    hasattr(part, "_replace_dead_worker")
    for part in (ProcessPoolExecutor, process._ExecutorManagerThread)
)


def test_a_backlog_hangs_an_executor_without_the_mend(tmp_path):
    """gh-115634: whether a release of this Python has the mend is looked up, not guessed."""
    assert MENDED or sys.version_info < (3, 15)
    script = tmp_path / "backlog.py"
    script.write_text(BACKLOG)
    with in_session(script) as program:
        said, _ = program.communicate(timeout=60)
    assert said == ("3\n" if MENDED else "hangs 2\n")


def waits_for_a_dead_worker():
    with Pool(1, maxtasksperchild=1) as pool:
        (first,) = active_children()
        answer = pool.map_async(os._exit, [3], chunksize=1)
        first.join(20)
        try:
            answer.get(timeout=1)
        except TimeoutError:
            return first.exitcode
    return None


def test_a_result_of_a_killed_worker_never_comes(run):
    assert run(waits_for_a_dead_worker) == 3


def executor_with_a_dead_worker():
    with ProcessPoolExecutor(1, max_tasks_per_child=2) as executor:
        return executor.submit(os._exit, 3).exception(timeout=20)


def test_a_killed_worker_breaks_an_executor(run):
    assert isinstance(run(executor_with_a_dead_worker), process.BrokenProcessPool)
