"""The stage: a fresh interpreter that plays a script, cell by cell, as the real ``__main__``.

Run by the recorder, never imported. Standard library only, and only what every interpreter
has loaded already: the script must find what ``python script.py`` would give it.
"""

import _io
import _thread
import os
import sys
import time

# CO_FUTURE_*: what one cell says with ``from __future__ import`` holds in the cells after it.
FUTURES = 0x1FF0000
MOST = os.sysconf("SC_OPEN_MAX")  # descriptors; -1 where there is no limit
# The stage's own descriptor, for a script may close or redirect 1 and 2.
MARK = min(199, MOST - 1) if MOST > 0 else 199
SIGTERM = 15
# Who ends processes that are his own, by the module that does so; marks.py knows the words.
SENDERS = {
    "multiprocessing.pool": "pool",
    "concurrent.futures.process": "pool",
    "multiprocessing.managers": "manager",
    "multiprocessing.util": "interpreter",  # at its exit, its daemonic children
}
FORKED = ("_close_stdin", "_bootstrap")  # what a fork of multiprocessing is in, and opens a file
ASKED = ("multiprocessing.process", "multiprocessing.popen_fork")  # by one of these, or by others

# Gives an interpreter the streams that it would have in a terminal: with a buffer of lines, while
# PYTHONUNBUFFERED=1 has each argument of print() written by itself. It is executed here and in
# each child that does not inherit the streams: multiprocessing sends the child its ORIGINAL_DIR,
# which is made a Folder here, and whoever unpickles a Folder executes this. So nothing that a
# program or its traceback shows is wrapped or replaced; the streams stay the same objects.
# Such a child then tells as what it was started, in a mark on the recorder's stream where it has
# it. Its parent knows that: it pickles the Folder in the _launch() that starts the child.
FOR_CHILDREN = """
import _io
import os
import sys

class Folder(str):
    def __reduce__(self):
        found = {"path": str(self), "told": started_as(sys._getframe(1).f_back)}
        return eval, ("exec(code) or Folder(path)", {**sent, **found})

sent = {"code": code, "token": token, "stream": stream}
groups = {}  # the number of each pool by its id(); of all so far by 0
known = {}  # what was found, by the id() of the Process

def started_as(launch):
    # Only frames of the libraries are asked for their locals: that keeps these alive.
    try:
        if launch.f_code.co_name != "_launch":
            return ""
        process, frame = launch.f_locals["process_obj"], launch
        while frame.f_code.co_name != "start":
            frame = frame.f_back
        kind, number, name = "process", 0, process._name
        cls, count = type(process), ":".join(map(str, process._identity))
        if name in (f"{cls.__name__}-{count}", f"{cls.__name__[:-7]}PoolWorker-{count}"):
            if cls.__module__ == "multiprocessing.context":
                name = f"Process-{count}"  # not SpawnProcess-1: as Process() alone has it
            kind, number = grouped(frame.f_back)
        elif made_by(frame.f_back) == ("multiprocessing.managers", "start"):
            kind = "manager"
        name = name[:41].encode("utf-8", "backslashreplace").hex()
        known[id(process)] = f"{kind}:{os.getpid()}:{number}:{name}"
        return known[id(process)]
    except Exception:  # another multiprocessing than those that are known
        return ""

def made_by(frame):
    return frame and (frame.f_globals.get("__name__"), frame.f_code.co_name)

def grouped(frame):
    try:
        made = made_by(frame)
        if made == ("multiprocessing.pool", "_repopulate_pool_static"):
            kind, workers = "pool", frame.f_locals["pool"]
            new = frame.f_back.f_code.co_name == "_repopulate_pool"
        elif made and made[0] == "concurrent.futures.process":
            kind, workers = "executor", frame.f_locals.get("processes")  # from 3.14 on
            owner = (frame if workers is None else frame.f_back).f_locals["self"]
            workers = owner._processes if workers is None else workers
            new = getattr(owner, "_executor_manager_thread", 0) is None
        else:
            return "process", 0
        if id(workers) not in groups or (new and not workers):  # the id() may be an older one's
            groups[id(workers)] = groups[0] = groups.get(0, 0) + 1
        return kind, groups[id(workers)]
    except Exception:
        return "process", 0

for out in (sys.__stdout__, sys.__stderr__):
    try:
        if out.write_through:
            kept = out.encoding, out.errors, "\\n"
            out.__init__(_io.BufferedWriter(out.detach()), *kept, line_buffering=True)
    except Exception:  # None, closed, or detached by what the fork server was told to import
        pass
for out in (1, 2) if told else ():
    try:
        state = os.fstat(out)
        if (state.st_dev, state.st_ino) == stream:
            os.write(out, f"\\x1e{token}:{os.getpid()}:{told};".encode())
            break
    except OSError:  # closed
        pass
"""


def play():
    """Read the order from standard input (which is at its end for the script then), and play."""
    order = b""
    while part := os.read(0, 65536):
        order += part
    script, method, token, spans, pictures, most, largest = map(os.fsdecode, order.split(b"\0"))
    os.dup2(1, MARK, inheritable=False)
    mark = identity(MARK)

    def tell(what, pid=None):
        """Write a mark, unless the script closed the descriptor: later lines are of this cell."""
        if identity(MARK) == mark:
            os.write(MARK, f"\x1e{token}:{pid or os.getpid()}:{what};".encode())

    def played(number):
        """Tell of a cell, and when: it may be read later."""
        tell(f"{number}@{time.monotonic_ns()}")

    shared = {"code": FOR_CHILDREN, "token": token, "stream": mark, "told": ""}
    exec(FOR_CHILDREN, shared)  # here the lines are buffered, too
    imitate(method, shared["Folder"], watcher(tell, shared["started_as"], shared["known"]))
    album = Album(pictures, int(most), int(largest))
    cells = compiled(script, [[int(n) for n in span.split("-")] for span in spans.split()])
    main = become_main(script)
    played(0)
    for number, cell in enumerate(cells, 1):
        try:
            exec(cell, main.__dict__)
        except BaseException:
            sys.excepthook = without_the_stage(sys.excepthook)
            album.look(number)
            raise
        album.look(number)
        for stream in (sys.stdout, sys.stderr):
            try:
                stream.flush()
            except Exception:  # closed, detached or replaced by the script
                pass
        played(number)


def identity(descriptor):
    """Tell what a descriptor is open on; None where it is closed."""
    try:
        state = os.fstat(descriptor)
    except OSError:
        return None
    return state.st_dev, state.st_ino


def compiled(script, spans):
    """Compile each cell with its real line numbers."""
    with open(script, "rb") as file:
        text = file.read().removeprefix(b"\xef\xbb\xbf").decode()
    # Not splitlines(): a form feed ends no line of Python.
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    flags, cells = 0, []
    for first, last in spans:
        text = "\n" * (first - 1) + "\n".join(lines[first - 1 : last])
        try:  # a string that a later cell begins with is no docstring
            cells.append(compile("0" * bool(cells) + text, script, "exec", flags, True))
        except SyntaxError:  # from __future__ import must come first
            cells.append(compile(text, script, "exec", flags, True))
        flags |= cells[-1].co_flags & FUTURES
    return cells


def become_main(script):
    """Put the script's module in the place of this one, as ``python script.py`` sets it up."""
    main = type(sys)("__main__")
    main.__loader__ = type(__loader__)("__main__", script)
    if sys.version_info < (3, 14):
        main.__annotations__ = {}
    main.__builtins__ = __builtins__
    main.__file__ = script
    if sys.version_info < (3, 15):
        main.__cached__ = None
    sys.modules["__main__"] = main
    sys.argv[:] = sys.orig_argv[-1:] = [script]
    sys.path[0] = os.path.dirname(os.path.realpath(script))
    sys.path_importer_cache[script] = sys.path_importer_cache.pop(__file__, None)
    return main


def imitate(method, folder, watcher):
    """Make ``method`` the platform's default start method once multiprocessing is imported.

    It is not set: the script may still call set_start_method() itself. From then on the watcher,
    a hook for audited events, tells who starts and who ends which process.
    """

    class Finder:
        @staticmethod
        def find_spec(name, path, target=None):
            if name != "multiprocessing.context":
                return None
            sys.meta_path.remove(Finder)
            for finder in sys.meta_path:
                if spec := finder.find_spec(name, path, target):
                    break
            original = spec.loader.exec_module

            def exec_module(module):
                original(module)
                del spec.loader.exec_module
                if module.process.ORIGINAL_DIR:  # else the working folder is gone
                    module.process.ORIGINAL_DIR = folder(module.process.ORIGINAL_DIR)
                module._default_context._default_context = module._concrete_contexts[method]
                try:
                    sys.addaudithook(watcher)
                except Exception:  # one of the script's own forbids others
                    pass

            spec.loader.exec_module = exec_module
            return spec

    sys.meta_path.insert(0, Finder)


def watcher(tell, started_as, known):
    """Make a hook that tells what multiprocessing does in this process and in its forks.

    Of each process that is sent SIGTERM, before it is, who sends it: a pool, a manager and
    multiprocessing at the interpreter's end do so by themselves. And of each fork as what it was
    started: its parent finds that out, and the child tells it, which knows its pid; a child that
    is to be killed may not have come so far. A hook for audited events is in no traceback and no
    profile; forked children have it, too.
    """
    starting, last = {}, [os.getpid()]  # by thread; who of us told last

    def hook(event, args):
        try:
            if event == "os.kill":
                frame = sys._getframe(1)
                while (module := frame.f_globals.get("__name__")) in ASKED:
                    if told := known.get(id(frame.f_locals.get("self"))):
                        tell(told, args[0])
                    frame = frame.f_back
                if args[1] == SIGTERM and args[0] > 0:
                    tell(SENDERS.get(module, "program") + str(args[0]))
            elif event == "os.fork":
                starting[_thread.get_ident()] = started_as(sys._getframe(1))
            elif event == "open" and starting and last[0] != os.getpid():
                frame = sys._getframe(1)
                if (frame.f_code.co_name, frame.f_back.f_code.co_name) == FORKED:
                    last[0] = os.getpid()
                    if told := starting.get(_thread.get_ident()):
                        tell(told)
        except Exception:  # a hook that fails would keep it from being done
            pass

    return hook


class Album:
    """Keeps for the recorder what a cell leaves to be seen: figures, and pictures saved as files.

    It only looks. A figure stays open, for the script may draw on it and save it in a later cell;
    it is kept again when it looks different. Files are copied, for the script may write over them
    at once. For each picture an index gets six fields, each ended by NUL: its cell, whether it was
    saved, its title, the copy's name ("" where there is none), its bytes, and why it cannot be
    drawn.
    """

    def __init__(self, folder, most, largest):
        self.folder, self.most, self.largest = folder, most, largest
        self.work, self.pid = os.getcwd(), os.getpid()
        self.files = dict(self.saved())  # by name, as each was when last seen
        self.figures = {}  # the hash of each open figure's picture
        self.kept = self.here = 0  # copies in all, and of this cell

    def look(self, cell):
        """Take in what is new. A fork of main that plays on has no album."""
        if os.getpid() != self.pid:
            return
        self.here = 0
        for look in (self.look_at_figures, self.look_at_files):
            try:
                look(cell)
            except Exception:  # no picture is worth an error that the script did not make
                pass

    def look_at_files(self, cell):
        """Keep pictures that were saved since the last look."""
        for name, state in sorted(self.saved()):
            if self.files.get(name) == state:
                continue
            self.files[name] = state
            data, size = None, state[0]
            if self.here < self.most and size <= self.largest:
                with open(os.path.join(self.work, name), "rb") as file:
                    data = file.read(size)
            self.keep(cell, "saved", name, name[-4:].lower(), data, size)

    def saved(self):
        """Yield each picture in the working folder: its name and what tells whether it changed."""
        with os.scandir(self.work) as entries:
            for entry in entries:
                if entry.name[-4:].lower() in (".svg", ".png") and entry.is_file():
                    state = entry.stat()
                    yield entry.name, (state.st_size, state.st_mtime_ns, state.st_ino)

    def look_at_figures(self, cell):
        """Keep open figures that look otherwise than at the last look."""
        pyplot = sys.modules.get("matplotlib.pyplot")
        numbers = pyplot.get_fignums() if pyplot else ()
        # Not figure(number), which would make it the current one.
        figures = [(n, pyplot._pylab_helpers.Gcf.figs[n].canvas.figure) for n in numbers]
        before, self.figures = self.figures, {}
        for number, figure in figures:
            key, data, end, error = (number, id(figure)), None, "", ""
            if self.here < self.most and before.get(key, 0) is not None:
                try:
                    data, end = drawn(pyplot, figure, self.largest)
                except Exception as reason:
                    error = f"{type(reason).__name__}: {reason}"
            self.figures[key] = hash(data) if data else None  # None: told once, and no more
            if key not in before or before[key] not in (None, hash(data)):
                title = title_of(figure) or f"Figure {number}"
                self.keep(cell, "", title, end, data, len(data or b""), error)

    def keep(self, cell, saved, title, end, data, size, error=""):
        """Write a copy, where there are data, and the index."""
        copy = ""
        if data is not None:
            self.kept += 1
            self.here += 1
            copy = f"{self.kept}{end}"
            with open(os.path.join(self.folder, copy), "wb") as file:
                file.write(data)
        with open(os.path.join(self.folder, "index"), "ab") as file:
            for field in (cell, saved, title, copy, size, error):
                text = str(field).replace("\0", " ")
                file.write(text.encode("utf-8", "backslashreplace") + b"\0")


class Bounded(_io.BytesIO):
    """A file in memory that takes only so much."""

    def __init__(self, largest):
        self.room = largest

    def write(self, data):
        """Take data, or raise OSError."""
        self.room -= len(data)
        if self.room < 0:
            raise OSError("too large")
        return super().write(data)


def drawn(pyplot, figure, largest):
    """Draw a figure as SVG, as PNG where that is too large; the same gives the same bytes."""
    warnings = sys.modules["warnings"]
    with pyplot.rc_context({"svg.hashsalt": "multitrack"}), warnings.catch_warnings():
        warnings.simplefilter("ignore")  # a plain run does not draw it here
        file = Bounded(largest)
        try:
            nothing = dict.fromkeys(("Date", "Creator", "Format", "Type"))
            figure.savefig(file, format="svg", metadata=nothing)
            return file.getvalue(), ".svg"
        except OSError:
            file = Bounded(largest)
            figure.savefig(file, format="png", metadata={"Software": None})
            return file.getvalue(), ".png"


def title_of(figure):
    """Return a figure's title, or those of its axes, or its label."""
    axes = [place.get_title(at) for place in figure.axes for at in ("left", "center", "right")]
    words = [figure.get_suptitle()] if figure.get_suptitle() else list(dict.fromkeys(axes))
    return "; ".join(word for word in words if word) or str(figure.get_label())


def without_the_stage(hook):
    """Wrap an excepthook so that a traceback begins in the script."""
    stage = __file__  # its name is gone by the time that the hook is called

    def excepthook(kind, error, trace):
        while trace and trace.tb_frame.f_code.co_filename == stage:
            trace = trace.tb_next
        hook(kind, error.with_traceback(trace), trace)

    return excepthook


STAGE = sys.modules["__main__"]  # a module that nothing holds is cleared: this one still plays
play()
