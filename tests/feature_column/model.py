"""Runs a model function the way training does: traced, pruned, its host half apart from its device half."""

from dataclasses import dataclass

import jax.numpy as jnp
import numpy as np

from estimax._graph._column import spec_of
from estimax._graph._function import Function, placeholder_for
from estimax._scope._transform import Program, transform


@dataclass(frozen=True)
class Run:
    """What came of it: the result, the variables by name, and what crossed to the device."""

    program: Program
    variables: dict
    entries: list
    result: object


def run(function, arrays, variables=None):
    """Calls a model function of features with the given arrays; variables are 1, 2, 3, ... where not given."""
    tensors = {key: placeholder_for(spec_of(value)) for key, value in arrays.items()}
    count = len(next(iter(arrays.values())))
    program = transform(function, (tensors,), lambda t: [count if s is None else s for s in t.shape], count)
    program = program.pruned(lambda call: call.result)
    host = Function([tensors[key] for key in arrays], program.entries)
    entries = [jnp.asarray(a, s.dtype) for a, s in zip(host(list(arrays.values())), program.used_specs)]
    if variables is None:
        variables = {name: counting(spec.shape) for name, spec in program.specs.items()}
    return Run(program, variables, entries, np.asarray(program.run(variables, entries).result))


def counting(shape):
    """Makes an array of 1, 2, 3, ..."""
    return np.arange(1, 1 + int(np.prod(shape)), dtype=np.float32).reshape(shape)
