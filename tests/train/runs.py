"""The smallest training run there is: a weight that grows by the mean of each batch."""

import functools
import math

import jax.numpy as jnp
import numpy as np

import estimax as tf
from estimax._base import _nest as nest
from estimax._base._dtypes import float32
from estimax._base._shapes import TensorSpec
from estimax._graph._function import Function, placeholder_for
from estimax._scope._frame import frame
from estimax._scope._transform import transform
from estimax._scope._variables import get_variable
from estimax.data._iterators import Reader
from estimax.initializers import zeros_initializer
from estimax.summary._declared import DeclaredSummary
from estimax.train._loop import Run, next_stop_of, run_steps
from estimax.train._optimizers import GradientDescentOptimizer
from estimax.train._staging import Stager, restore_position
from estimax.train._step import TrainStep


def _model(batch):
    weight = get_variable("weight", (), initializer=zeros_initializer())
    mean = jnp.mean(batch)
    frame().summaries.append(DeclaredSummary("scalar", "batch", mean))
    return weight, [GradientDescentOptimizer(1.0).minimize(-weight * mean)]


@functools.cache
def step():
    """Returns the compiled step; after the batches b the weight is their sum, which is the loss of the next."""
    program = transform(_model, (placeholder_for(TensorSpec((1,), float32)),), lambda t: tuple(t.shape), rows=1)
    return TrainStep(program, lambda call: call.result[0], lambda call: call.result[1])


def numbers(count):
    """Returns a dataset of the batches [0], [1], ... before count; without end where it is None."""
    rows = tf.data.Dataset.range(count or 1_000_000)
    return rows.map(lambda i: tf.cast(i, tf.float32)).batch(1)


def run(observers, count=None, last=math.inf, first=0, weight=0.0, position=None, dataset=None):
    """Runs steps over the numbers from 0, from the beginning or a position on."""
    dataset = dataset or numbers(count)
    reader = Reader(dataset.step, 1)
    if position is not None:
        restore_position(reader, position)
    (batch,) = (placeholder_for(spec) for spec in nest.flatten(dataset.element_spec))
    stager = Stager(reader, Function([batch], [batch]), [np.float32], first, next_stop_of(observers, last))
    state = {
        "variables": {"weight": jnp.float32(weight)},
        "locals": {},
        "scratch": {},
        "step": jnp.int32(first),
        "seed": np.uint32(0),
    }
    return run_steps(step(), Run(state, first, position), stager.stages(), observers, last)
