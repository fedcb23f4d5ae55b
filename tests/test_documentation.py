"""What the documents say is true: their Python runs, their links lead somewhere, and the code says what it is.

A ```python block that needs what a test has not (a network, an hour) is marked with a line
`<!-- not run -->` above it. All blocks of one file are one program, run in an empty folder.
"""

import ast
import os
import pathlib
import re
import subprocess
import sys

import pytest

ROOT = pathlib.Path(__file__).parent.parent
FOLDERS = (ROOT, ROOT / "docs", ROOT / "examples", ROOT / "benchmarks")
DOCUMENTS = sorted(path for folder in FOLDERS for path in folder.glob("*.md"))
FENCE = re.compile(r"^(?P<indent> *)(?P<marks>`{3,}|~{3,}) *(?P<language>[\w+-]*)")
NOT_RUN = "<!-- not run -->"
LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]+)>?(?:\s+\"[^\"]*\")?\s*\)")


def name(path: pathlib.Path) -> str:
    return path.relative_to(ROOT).as_posix()


def halves(text: str) -> tuple[str, str]:
    """Splits a document into its Python that is to be run and its prose.

    Each half has the lines of the document, the other half's left empty, so that an error names the right line.
    """
    program: list[str] = []
    prose: list[str] = []
    fence = None
    run = skip = False
    for line in text.splitlines():
        code = words = ""
        match = FENCE.match(line)
        if fence is not None:
            if line.strip().strip(fence["marks"][0]) == "" and line.strip().startswith(fence["marks"]):
                fence, skip = None, False
            elif run:
                code = line.removeprefix(fence["indent"])
        elif match:
            fence = match
            run = match["language"] in ("python", "py") and not skip
        else:
            words = line
            skip = line.strip() == NOT_RUN or (skip and not line.strip())
        program.append(code)
        prose.append(words)
    return "\n".join(program), "\n".join(prose)


def links(path: pathlib.Path) -> list[str]:
    """Lists the relative links of a document, without their anchors."""
    prose = re.sub(r"`[^`\n]*`", "", halves(path.read_text(encoding="utf-8"))[1])
    targets = [link.partition("#")[0] for link in LINK.findall(prose)]
    return [t for t in targets if t and not re.match(r"[a-z][a-z+.-]*:", t)]


RUNNABLE = [path for path in DOCUMENTS if path.parent in FOLDERS[:2] and halves(path.read_text("utf-8"))[0].strip()]


@pytest.mark.parametrize("path", RUNNABLE, ids=name)
def test_the_python_of_a_document_runs(path, tmp_path):
    program = tmp_path / f"{path.stem}.py"
    program.write_text(halves(path.read_text(encoding="utf-8"))[0], encoding="utf-8")
    folder = tmp_path / "empty"
    folder.mkdir()
    result = subprocess.run(
        [sys.executable, str(program)],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert result.returncode == 0, f"{name(path)}:\n{result.stdout}\n{result.stderr}"


@pytest.mark.parametrize("path", DOCUMENTS, ids=name)
def test_the_links_of_a_document_lead_to_files(path):
    assert [link for link in links(path) if not (path.parent / link).exists()] == []


def test_blocks_and_prose_are_told_apart():
    text = """\
words
```python
x = 1

```
<!-- not run -->

```python
y
```
- an item
  ```py
  if x:
    z = 2
  ```
```
w
```
"""
    program, prose = halves(text)
    lines = {number: line for number, line in enumerate(program.split("\n"), start=1) if line}
    assert lines == {3: "x = 1", 13: "if x:", 14: "  z = 2"}
    assert [line for line in prose.split("\n") if line] == ["words", NOT_RUN, "- an item"]


def test_every_module_function_and_class_says_what_it_is():
    silent = []
    for path in sorted((ROOT / "estimax").rglob("*.py")):
        tree = ast.parse(path.read_text(encoding="utf-8"))
        if not ast.get_docstring(tree):
            silent.append(f"{name(path)}: the module")
        for node in tree.body:
            if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
                continue
            overload = any(ast.unparse(d).endswith("overload") for d in node.decorator_list)
            if not (node.name.startswith("_") or overload or ast.get_docstring(node)):
                silent.append(f"{name(path)}:{node.lineno} {node.name}")
    assert not silent, "without a docstring:\n" + "\n".join(silent)
