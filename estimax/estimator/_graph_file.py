"""`graph.json`: what a training run computes, written beside its checkpoints for a reader.

It holds the host graph from a batch to what the device gets, with the sizes of the
arrays in it but not the arrays, the variables, and the device's program as JAX
prints it.
"""

from __future__ import annotations

import json
import os

from estimax._base._files import write_atomically
from estimax._graph._saving import function_to_json
from estimax.estimator._graph_def._traced_program import device_program
from estimax.estimator._model import Traced
from estimax.train._step import TrainStep

NAME = "graph.json"


def write_graph(model_dir: str, traced: Traced, step: TrainStep) -> None:
    """Describes a traced model in the model folder."""
    host, arrays = function_to_json(traced.host)
    program = traced.program
    document = {
        "host": host
        | {"arrays": {name: {"shape": list(a.shape), "dtype": str(a.dtype)} for name, a in arrays.items()}},
        "variables": {
            name: {"shape": list(s.shape), "dtype": str(s.dtype), "trainable": s.is_trainable}
            for name, s in program.specs.items()
        },
        "device": str(device_program(traced, step).closed).splitlines(),
    }
    os.makedirs(model_dir, exist_ok=True)
    write_atomically(os.path.join(model_dir, NAME), json.dumps(document, indent=1).encode())
