"""From the equations of a traced program to boxes.

Primitives that say nothing to a reader (broadcasts, conversions, copies) are passed through,
what is known before the program runs is left out, and loops are drawn as one turn of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

import numpy as np

from estimax.estimator._graph_def._boxes import GIVEN, VARIABLE, Box, Output, Wire, output_of
from estimax.estimator._graph_def._calls import call_of
from estimax.estimator._graph_def._operations import INLINED, PASSING, RESHAPING, operation

LOOP = "loop"
"""The scope of a turn of a loop."""

_MOST_EQUATIONS = 12  # of a function that is drawn as one box


class Known(NamedTuple):
    """A value that is known before the program runs; None where it is no single number."""

    value: Any = None


class Packed(NamedTuple):
    """Columns that travel to the device side by side: where each begins, and where it comes from."""

    parts: tuple[tuple[int, Wire], ...]


Source = Wire | Known | Packed


class Reader:
    """Draws the equations of a program.

    Args:
        rows: the size of a batch in the trace.
        width: the size of other dimensions that are not known.
    """

    def __init__(self, rows: int, width: int) -> None:
        self.rows = rows
        self.width = width

    def read(self, jaxpr: Any, constants: Sequence[Any], inputs: Sequence[Source], scope: str = "") -> list[Source]:
        """Draws a program in a scope; returns where its results come from."""
        known: dict[Any, Source] = dict(zip(jaxpr.constvars, map(_known, constants), strict=True))
        known |= zip(jaxpr.invars, inputs, strict=True)
        for equation in jaxpr.eqns:
            given = [_source(v, known) for v in equation.invars]
            made = self._equation(equation, given, joined(scope, _scopes(equation)))
            known |= zip(equation.outvars, made, strict=True)
        return [_source(v, known) for v in jaxpr.outvars]

    def _equation(self, equation: Any, given: list[Source], scope: str) -> list[Source]:
        name, params, count = equation.primitive.name, equation.params, len(equation.outvars)
        part = _part(given[0], params["start_indices"][-1]) if name == "slice" else None
        if part is not None:
            return [part]
        given = [self._whole(source, scope) for source in given]
        if all(isinstance(source, Known) for source in given) and not equation.effects:
            return [given[0] if name in PASSING and given else Known()] * count
        if name in PASSING or (name == "reshape" and _keeps_sizes(equation)):
            return [self._passed(equation, given[0], scope)] * count
        if _changes_nothing(name, given):
            return [next(source for source in given if isinstance(source, Wire))]
        if name in INLINED:
            return self._inlined(params.get("call_jaxpr") or params.get("jaxpr") or params["fun_jaxpr"], given, scope)
        if name in ("jit", "pjit"):
            return self._function(equation, given, scope)
        if name == "scan":
            return self._scan(equation, given, joined(scope, LOOP))
        if name == "while":
            return self._while(equation, given, joined(scope, LOOP))
        return self._box(equation, operation(name), given, scope)

    def _box(self, equation: Any, op: str, given: Sequence[Source], scope: str) -> list[Source]:
        inputs = [source for source in given if isinstance(source, Wire)]
        outputs = [output_of(v.aval, self.rows, self.width) for v in equation.outvars]
        numbers = [float(s.value) for s in given if isinstance(s, Known) and s.value is not None]
        op = _better(equation, op, given, inputs, numbers)
        attributes: dict[str, Any] = {"constant": numbers[0]} if len(numbers) == 1 and op != "Relu" else {}
        box = Box(scope, op, op, inputs, outputs, attributes, call_of(equation.source_info.traceback))
        return [Wire(box, i) for i in range(len(outputs))]

    def _passed(self, equation: Any, source: Source, scope: str) -> Source:
        """Returns a source that is handed on. What was only given another shape has that one on its edges."""
        if equation.primitive.name in RESHAPING and isinstance(source, Wire):
            box, number = source
            if box.scope == scope and box.op not in GIVEN:
                box.outputs[number] = output_of(equation.outvars[0].aval, self.rows, self.width)
        return source

    def _whole(self, source: Source, scope: str) -> Wire | Known:
        """Returns a source that is one array: columns that stay together are joined in a box."""
        if not isinstance(source, Packed):
            return source
        wires = [wire for _, wire in source.parts]
        if len(wires) == 1:
            return wires[0]
        widths = [(_output(wire).shape or (-1,))[-1] for wire in wires]
        shape = (-1, -1 if -1 in widths else sum(widths))
        return Wire(Box(scope, "concat", "ConcatV2", wires, [Output(shape, _output(wires[0]).dtype)]))

    def _inlined(self, inner: Any, given: Sequence[Source], scope: str) -> list[Source]:
        jaxpr, constants = (inner.jaxpr, inner.consts) if hasattr(inner, "consts") else (inner, [])
        return self.read(jaxpr, constants, given[len(given) - len(jaxpr.invars) :], scope)

    def _function(self, equation: Any, given: Sequence[Source], scope: str) -> list[Source]:
        """Draws a compiled function: a small one as one box, any other with what is in it."""
        inner, name = equation.params["jaxpr"], equation.params["name"]
        if _has_scopes(inner.jaxpr):
            return self._inlined(inner, given, scope)
        if len(inner.jaxpr.eqns) <= _MOST_EQUATIONS or call_of(equation.source_info.traceback):
            return self._box(equation, operation(name), given, scope)
        return self._inlined(inner, given, joined(scope, name.strip("_<>") or "function"))

    def _scan(self, equation: Any, given: list[Source], scope: str) -> list[Source]:
        first, last = equation.params["num_consts"], equation.params["num_consts"] + equation.params["num_carry"]
        states = [self._state(equation.invars[i].aval, given[i], scope) for i in range(first, last)]
        results = self._inlined(equation.params["jaxpr"], [*given[:first], *states, *given[last:]], scope)
        return self._closed(equation, results, scope)

    def _while(self, equation: Any, given: list[Source], scope: str) -> list[Source]:
        of_condition, of_body = equation.params["cond_nconsts"], equation.params["body_nconsts"]
        first = of_condition + of_body
        states = [self._state(equation.invars[i].aval, given[i], scope) for i in range(first, len(given))]
        results = self._inlined(equation.params["body_jaxpr"], [*given[of_condition:first], *states], scope)
        return self._closed(equation, results, scope)

    def _state(self, array: Any, source: Source, scope: str) -> Source:
        """Draws what one turn of a loop hands to the next; counters are left out."""
        if isinstance(source, Known) and not array.shape:
            return source
        inputs = [source] if isinstance(source, Wire) else []
        return Wire(Box(scope, "state", "LoopState", inputs, [output_of(array, self.rows, self.width)]))

    def _closed(self, equation: Any, results: Sequence[Source], scope: str) -> list[Source]:
        """Returns the results of a loop; what each turn adds to is a box of its own."""
        closed: list[Source] = []
        for source, variable in zip(results, equation.outvars, strict=True):
            whole = output_of(variable.aval, self.rows, self.width)
            if isinstance(source, Wire) and source.box.scope.startswith(scope) and _output(source) != whole:
                source = Wire(Box(scope, "stack", "Stack", [source], [whole]))
            closed.append(source)
        return closed


def joined(*scopes: str) -> str:
    """Returns a path of scopes.

    Example:
        >>> from estimax.estimator._graph_def._equations import joined
        >>> joined("dnn", "", "logits")
        'dnn/logits'
    """
    return "/".join(scope for scope in scopes if scope)


def _scopes(equation: Any) -> str:
    """Returns the scopes in which an equation was made; what transformations leave there is left out."""
    stack = getattr(equation.source_info.name_stack, "stack", ())
    return joined(*(entry.name for entry in stack if type(entry).__name__ == "Scope"))


def _has_scopes(jaxpr: Any) -> bool:
    return any(_scopes(e) or any(_has_scopes(inner) for inner in _programs(e)) for e in jaxpr.eqns)


def _programs(equation: Any) -> list[Any]:
    found = [equation.params.get(name) for name in ("jaxpr", "call_jaxpr", "body_jaxpr")]
    return [getattr(inner, "jaxpr", inner) for inner in found if inner is not None]


def _source(variable: Any, known: Mapping[Any, Source]) -> Source:
    return _known(variable.val) if hasattr(variable, "val") else known[variable]


def _known(value: Any) -> Known:
    is_number = isinstance(value, int | float | np.generic | np.ndarray) and np.ndim(value) == 0
    return Known(value if is_number and np.issubdtype(np.asarray(value).dtype, np.number) else None)


def _output(wire: Wire) -> Output:
    return wire.box.outputs[wire.number]


def _part(source: Source, start: int) -> Wire | None:
    """Returns the column that begins at some place, of columns that travel side by side."""
    parts = source.parts if isinstance(source, Packed) else ()
    return next((wire for begin, wire in parts if begin == start), None)


def _keeps_sizes(equation: Any) -> bool:
    """Whether a reshape only adds or removes axes of size 1."""
    before, after = equation.invars[0].aval.shape, equation.outvars[0].aval.shape
    return [n for n in before if n != 1] == [n for n in after if n != 1]


def _changes_nothing(name: str, given: Sequence[Source]) -> bool:
    """Whether an equation adds 0 or multiplies by 1."""
    neutral = {"add": 0, "sub": 0, "mul": 1, "div": 1}.get(name)
    if neutral is None or len(given) != 2:
        return False
    last = 1 if name in ("sub", "div") else 0
    return any(isinstance(s, Known) and s.value is not None and s.value == neutral for s in given[last:])


def _better(equation: Any, op: str, given: Sequence[Source], inputs: Sequence[Wire], numbers: Sequence[float]) -> str:
    """Returns the name of what is more than its primitive: an activation, the addition of a bias."""
    if op == "Maximum" and len(inputs) == 1 and numbers == [0.0]:
        return "Relu"
    if op == "Add" and len(inputs) == 2:
        biases = [w for w in inputs if w.box.op == VARIABLE and len(w.box.outputs[0].shape or ()) == 1]
        if len(biases) == 1 and len(equation.outvars[0].aval.shape) > 1:
            return "BiasAdd"
    if op == "Conv2D":
        rank = len(equation.invars[0].aval.shape) - 2
        return "DepthwiseConv2dNative" if equation.params.get("feature_group_count", 1) > 1 else f"Conv{rank}D"
    return op
