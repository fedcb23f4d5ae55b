"""The shape of the package, read from its source: layers, cycles, hidden imports, sizes, and what it must never do.

A new room is a line in `LAYERS`. An exception to a rule is a line, with its reason, in the rule's own table.
"""

import ast
import dataclasses
import functools
import graphlib
import pathlib
import subprocess
import sys

import pytest

PACKAGE = pathlib.Path(__file__).parent.parent / "estimax"

# From the ground up. A room may import from rooms of lower layers and from its neighbours in its own layer,
# as long as no two rooms need each other. A file at the top of the package (`gfile.py`) is a room too.
LAYERS = (
    ("_version", "_base"),
    ("config", "errors", "logging", "gfile", "app", "flags", "nest", "version"),
    ("_graph",),
    ("_array", "_functional", "math", "strings", "io", "image", "lookup", "sparse", "ragged", "random"),
    ("_inert", "bitwise", "debugging", "dtypes", "linalg", "test"),
    ("data",),
    ("python_io",),
    ("_scope", "_compilation_cache"),
    ("nn", "layers", "losses", "metrics", "initializers", "variables", "modules"),
    ("feature_column",),
    ("summary",),
    ("distribute",),
    ("train",),
    ("optimizers",),
    ("saved_model",),
    ("estimator",),
    ("serving",),
    ("tune",),
    ("contrib",),
    ("cli", "__main__", "_as_tensorflow"),
    ("keras",),
    ("compat",),
    ("python",),
    ("", "_spellings"),  # estimax/__init__.py, which names everything
)

# Rooms that know less than their layer would let them.
KNOWS_ONLY = {
    "_graph": {"_base"},
    "_scope": {"_base", "_graph"},
    "summary": {"_base", "_graph"},
}
NEVER_KNOWS = {
    "serving": {"estimator"},  # a server needs the export, not what trained it
}

# The half of the program that runs on the host: it must work, and start fast, without JAX.
HOST_ROOMS = {room for layer in LAYERS[:7] for room in layer} | {"summary"}

# Files, or folders ending in "/", that may import inside a function, and why.
HIDDEN_IMPORTS = {
    "_base/_lazy.py": "loads a part of the package when it is first used",
    "_as_tensorflow/_finder.py": "answers `import`",
    "cli/": "`estimax --help` must not wait for what one command needs",
}

ENVIRONMENT = "_base/_environment.py"
FILE_LINES = 400
FUNCTION_LINES = 60  # without the docstring
LARGE_FILES: dict[str, str] = {}
LARGE_FUNCTIONS: dict[str, str] = {}

# Loading what others wrote must never execute it.
FORBIDDEN_MODULES = {"pickle", "_pickle", "cPickle", "cloudpickle", "dill", "joblib", "marshal", "shelve"}
FORBIDDEN_CALLS = {"eval", "exec"}

NO_IDEA = {"utils.py", "util.py", "common.py", "helpers.py", "misc.py"}


@dataclasses.dataclass(frozen=True)
class Import:
    """One name that one module imports: `module` is the dotted name after `from` or `import`."""

    module: str
    name: str | None
    line: int
    hidden: bool  # inside a function
    types_only: bool  # under `if TYPE_CHECKING:`


@dataclasses.dataclass(frozen=True)
class Module:
    """A source file of the package."""

    path: pathlib.Path

    @property
    def file(self) -> str:
        return self.path.relative_to(PACKAGE).as_posix()

    @property
    def name(self) -> str:
        parts = ("estimax", *self.path.relative_to(PACKAGE).with_suffix("").parts)
        return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)

    @property
    def room(self) -> str:
        return room_of(self.name)

    @functools.cached_property
    def tree(self) -> ast.Module:
        return ast.parse(self.path.read_text(encoding="utf-8"), str(self.path))

    @functools.cached_property
    def imports(self) -> tuple[Import, ...]:
        package = self.name if self.path.name == "__init__.py" else self.name.rpartition(".")[0]
        return tuple(found(self.tree, package))


def room_of(module: str) -> str:
    return module.split(".")[1] if "." in module else ""


def found(node: ast.AST, package: str, hidden: bool = False, types_only: bool = False):
    """Yields every import below `node`; `package` is what a relative import counts from."""
    if isinstance(node, ast.Import):
        for alias in node.names:
            yield Import(alias.name, None, node.lineno, hidden, types_only)
    elif isinstance(node, ast.ImportFrom):
        ancestors = package.split(".")
        origin = ancestors[: len(ancestors) - node.level + 1] if node.level else []
        module = ".".join([*origin, *filter(None, [node.module])])
        for alias in node.names:
            yield Import(module, alias.name, node.lineno, hidden, types_only)
    elif isinstance(node, ast.If) and ast.unparse(node.test) in ("TYPE_CHECKING", "typing.TYPE_CHECKING"):
        for child in node.body:
            yield from found(child, package, hidden, True)
        for child in node.orelse:
            yield from found(child, package, hidden, types_only)
    else:
        hidden = hidden or isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
        for child in ast.iter_child_nodes(node):
            yield from found(child, package, hidden, types_only)


@functools.cache
def modules() -> tuple[Module, ...]:
    return tuple(Module(path) for path in sorted(PACKAGE.rglob("*.py")))


@functools.cache
def module_names() -> frozenset[str]:
    return frozenset(m.name for m in modules())


def target(imported: Import) -> str | None:
    """Names the module of the package that an import runs, or None if it is from elsewhere."""
    if imported.module.split(".")[0] != "estimax":
        return None
    below = f"{imported.module}.{imported.name}"
    return below if below in module_names() else imported.module


def layer(room: str) -> int:
    return next((i for i, rooms in enumerate(LAYERS) if room in rooms), -1)


def excused(file: str, table: dict[str, str]) -> bool:
    return any(file == entry or (entry.endswith("/") and file.startswith(entry)) for entry in table)


def body_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Counts the lines of a function from its `def` on, less its docstring."""
    first = function.body[0]
    documented = ast.get_docstring(function) is not None
    docstring = first.end_lineno - first.lineno + 1 if documented else 0
    return function.end_lineno - function.lineno + 1 - docstring


def report(offences: list[str]) -> None:
    assert not offences, "\n" + "\n".join(offences)


def test_every_room_has_a_layer():
    known = {room for rooms in LAYERS for room in rooms}
    report([f"estimax/{m.file}: give the room {m.room!r} a place in LAYERS" for m in modules() if m.room not in known])


def test_every_folder_is_a_package():
    folders = sorted({m.path.parent for m in modules()})
    report([f"{f.relative_to(PACKAGE.parent)}: no __init__.py" for f in folders if not (f / "__init__.py").exists()])


def test_a_room_imports_only_from_rooms_below_it():
    offences = []
    for m in modules():
        for i in m.imports:
            to = target(i)
            if to is None or (room := room_of(to)) == m.room:
                continue
            where = f"estimax/{m.file}:{i.line} imports {to}"
            if room == "":
                offences.append(f"{where}: import the room that has the name, not the whole package")
            elif layer(room) > layer(m.room):
                offences.append(f"{where}: {room} stands above {m.room}")
            elif m.room in KNOWS_ONLY and room not in KNOWS_ONLY[m.room]:
                offences.append(f"{where}: {m.room} knows only {', '.join(sorted(KNOWS_ONLY[m.room]))}")
            elif room in NEVER_KNOWS.get(m.room, ()):
                offences.append(f"{where}: {m.room} must not know {room}")
    report(offences)


@pytest.mark.parametrize("of", ["modules", "rooms"])
def test_imports_have_no_cycle(of):
    graph: dict[str, set[str]] = {}
    for m in modules():
        source = m.name if of == "modules" else m.room
        edges = graph.setdefault(source, set())
        for i in m.imports:
            to = target(i)
            if to is not None and not i.types_only:
                edges.add(to if of == "modules" else room_of(to))
        if of == "rooms":
            edges.discard(source)
    try:
        graphlib.TopologicalSorter(graph).prepare()
    except graphlib.CycleError as error:
        pytest.fail(" needs ".join(reversed(error.args[1])))


def test_imports_stand_at_the_top_of_the_file():
    report(
        [
            f"estimax/{m.file}:{i.line} imports {i.module} inside a function"
            for m in modules()
            if not excused(m.file, HIDDEN_IMPORTS)
            for i in m.imports
            if i.hidden
        ]
    )


def test_modules_are_not_loaded_by_name_in_passing():
    offences = []
    for m in modules():
        if excused(m.file, HIDDEN_IMPORTS):
            continue
        offences += [
            f"estimax/{m.file}:{node.lineno} calls {ast.unparse(node.func)}"
            for node in ast.walk(m.tree)
            if isinstance(node, ast.Call)
            and ast.unparse(node.func) in ("__import__", "import_module", "importlib.import_module")
        ]
    report(offences)


def test_the_host_half_does_not_import_jax():
    report(
        [
            f"estimax/{m.file}:{i.line} imports {i.module}"
            for m in modules()
            if m.room in HOST_ROOMS and not m.file.endswith("_device.py")  # these load by name, when first used
            for i in m.imports
            if i.module.split(".")[0] in ("jax", "jaxlib") and not i.types_only
        ]
    )


def test_files_are_small():
    offences = []
    for m in modules():
        lines = len(m.path.read_text(encoding="utf-8").splitlines())
        if lines > FILE_LINES and m.file not in LARGE_FILES:
            offences.append(f"estimax/{m.file}: {lines} lines; split it by idea, {FILE_LINES} at most")
    report(offences)


def test_functions_are_small():
    offences = []
    for m in modules():
        for node in ast.walk(m.tree):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = body_lines(node)
                if lines > FUNCTION_LINES and f"{m.file}:{node.name}" not in LARGE_FUNCTIONS:
                    offences.append(
                        f"estimax/{m.file}:{node.lineno} {node.name}: {lines} lines, {FUNCTION_LINES} at most"
                    )
    report(offences)


def test_a_file_is_named_after_its_idea():
    report([f"estimax/{m.file}: what is the idea?" for m in modules() if m.path.name.lstrip("_") in NO_IDEA])


def test_nothing_executes_what_it_loads():
    offences = []
    for m in modules():
        offences += [
            f"estimax/{m.file}:{i.line} imports {i.module}"
            for i in m.imports
            if i.module.split(".")[0] in FORBIDDEN_MODULES
        ]
        for node in ast.walk(m.tree):
            if not isinstance(node, ast.Call):
                continue
            if isinstance(node.func, ast.Name) and node.func.id in FORBIDDEN_CALLS:
                offences.append(f"estimax/{m.file}:{node.lineno} calls {node.func.id}")
            offences += [
                f"estimax/{m.file}:{node.lineno} lets NumPy unpickle"
                for k in node.keywords
                if k.arg == "allow_pickle" and ast.unparse(k.value) != "False"
            ]
    report(offences)


def test_environment_variables_are_read_in_one_file():
    accessors = {"environ", "environb", "getenv", "getenvb", "putenv", "unsetenv"}
    offences = []
    for m in modules():
        if m.file == ENVIRONMENT:
            continue
        offences += [
            f"estimax/{m.file}:{node.lineno} uses os.{node.attr}; ask estimax/{ENVIRONMENT}"
            for node in ast.walk(m.tree)
            if isinstance(node, ast.Attribute) and node.attr in accessors and ast.unparse(node.value) == "os"
        ]
        offences += [
            f"estimax/{m.file}:{i.line} imports os.{i.name}; ask estimax/{ENVIRONMENT}"
            for i in m.imports
            if i.module == "os" and i.name in accessors
        ]
    report(offences)


def test_exceptions_to_the_rules_are_still_needed():
    files = {m.file for m in modules()}
    functions = {
        f"{m.file}:{node.name}"
        for m in modules()
        for node in ast.walk(m.tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }
    assert set(LARGE_FILES) <= files
    assert set(LARGE_FUNCTIONS) <= functions


def test_importing_the_package_loads_nothing_heavy():
    heavy = (
        "jax",
        "tensorboardX",
        "tensorboard",
        "uvicorn",
        "starlette",
        "typer",
        "pandas",
        "keras",
        "flax",
        "equinox",
    )
    code = f"import sys, estimax; print(*(m for m in {heavy!r} if m in sys.modules))"
    result = subprocess.run(
        [sys.executable, "-c", code], cwd=PACKAGE.parent, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.split() == []
