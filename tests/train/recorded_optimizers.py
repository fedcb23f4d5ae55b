"""Every optimizer, v1 and Keras-style, with what TensorFlow 2.15.1 computed with it.

`recorded/optimizers.json` was made by a program that gave each optimizer of
`tf.compat.v1.train` (in a session) and of `tf.keras.optimizers.legacy` (eagerly) a variable
`w` [3] and a variable `table` [5, 2] and called `apply_gradients` ten times, of `w` with an
array and of `table` with `IndexedSlices` of four rows, some of them several times and row 4
never. It holds the gradients, the ids, the first values, and for each optimizer its class,
its arguments, and all variables, its own among them, after 1, 2 and 10 steps; names of
Keras' own have 'training/' before them, as in checkpoints of estimators. For `clipped` the
program summed the gradients of equal ids first, as look-ups of feature columns do.
"""

import dataclasses
import json
import pathlib

import numpy as np

from estimax import optimizers, train
from estimax.train._rule import Rule

_RECORDED = json.loads((pathlib.Path(__file__).parent / "recorded" / "optimizers.json").read_text())

GRADIENTS = np.array(_RECORDED["gradients"]["w"], np.float32).reshape(10, 3)
ROW_GRADIENTS = np.array(_RECORDED["gradients"]["table"], np.float32).reshape(10, 4, 2)
IDS = np.array(_RECORDED["ids"], np.int32).reshape(10, 4)
FIRST = {
    "w": np.array(_RECORDED["first"]["w"], np.float32),
    "table": np.array(_RECORDED["first"]["table"], np.float32).reshape(5, 2),
}


@dataclasses.dataclass(frozen=True)
class Case:
    """An optimizer and the variables after so many steps, by their names in a checkpoint."""

    name: str
    optimizer: Rule
    after: dict[int, dict[str, np.ndarray]]


def _case(group, name, record):
    namespace = train if group == "v1" else optimizers
    optimizer = getattr(namespace, record["optimizer"])(**record["arguments"])
    after = {int(steps): {n: _shaped(n, v) for n, v in values.items()} for steps, values in record["after"].items()}
    return Case(f"{group} {name}", optimizer, after)


def _shaped(name, values):
    array = np.array(values, np.float32)
    return array.reshape(5, 2) if "table" in name.split("/") else array.reshape(3) if array.size == 3 else array[0]


V1 = [_case("v1", name, record) for name, record in _RECORDED["v1"].items()]
KERAS = [_case("keras", name, record) for name, record in _RECORDED["keras"].items()]
CLIPPED = [_case("clipped", name, record) for name, record in _RECORDED["clipped"].items()]
"""Not in `ALL`: their rule is that of others."""

ALL = [*V1, *KERAS]
