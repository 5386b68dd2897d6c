"""The stage: a fresh interpreter that plays a script, cell by cell, as the real ``__main__``.

Run by the recorder, never imported. Standard library only, and only what every interpreter
has loaded already: the script must find what ``python script.py`` would give it.
"""

import _io
import os
import sys

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
ASKED = ("multiprocessing.process", "multiprocessing.popen_fork")  # by one of these, or by others

# Gives an interpreter the streams that it would have in a terminal: with a buffer of lines, while
# PYTHONUNBUFFERED=1 has each argument of print() written by itself. It is executed here and in
# each child that does not inherit the streams: multiprocessing sends the child its ORIGINAL_DIR,
# which is made a Folder here, and whoever unpickles a Folder executes this. So nothing that a
# program or its traceback shows is wrapped or replaced; the streams stay the same objects.
STREAMS = """
import _io
import sys

class Folder(str):
    def __reduce__(self):
        return eval, ("exec(code) or Folder(path)", {"code": code, "path": str(self)})

for stream in (sys.__stdout__, sys.__stderr__):
    try:
        if stream.write_through:
            kept = stream.encoding, stream.errors, "\\n"
            stream.__init__(_io.BufferedWriter(stream.detach()), *kept, line_buffering=True)
    except Exception:  # None, closed, or detached by what the fork server was told to import
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

    def tell(what):
        """Write a mark, unless the script closed the descriptor: later lines are of this cell."""
        if identity(MARK) == mark:
            os.write(MARK, f"\x1e{token}:{os.getpid()}:{what};".encode())

    imitate(method, buffer_lines(), tell)
    album = Album(pictures, int(most), int(largest))
    cells = compiled(script, [[int(n) for n in span.split("-")] for span in spans.split()])
    main = become_main(script)
    tell(0)
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
        tell(number)


def buffer_lines():
    """Buffer lines as in a terminal; return the class of folders that has children do the same."""
    names = {"code": STREAMS}
    exec(STREAMS, names)
    return names["Folder"]


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


def imitate(method, folder, tell):
    """Make ``method`` the platform's default start method once multiprocessing is imported.

    It is not set: the script may still call set_start_method() itself. From then on, who ends
    which process is told.
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
                    sys.addaudithook(terminations(tell))
                except Exception:  # one of the script's own forbids others
                    pass

            spec.loader.exec_module = exec_module
            return spec

    sys.meta_path.insert(0, Finder)


def terminations(tell):
    """Make a hook that tells of each process that is sent SIGTERM, before it is, who sends it.

    A pool, a manager and multiprocessing at the interpreter's end do so by themselves. A hook for
    audited events is in no traceback and no profile; forked children have it, too.
    """

    def hook(event, args):
        if event != "os.kill" or args[1] != SIGTERM or args[0] <= 0:
            return
        try:
            frame = sys._getframe(1)
            while (module := frame.f_globals.get("__name__")) in ASKED:
                frame = frame.f_back
            tell(SENDERS.get(module, "program") + str(args[0]))
        except Exception:  # a hook that fails would keep the signal from being sent
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
