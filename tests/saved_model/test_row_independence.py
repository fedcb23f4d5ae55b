"""Functions that treat rows one by one are told from those that mix them."""

import jax
import jax.numpy as jnp
import pytest
from jax import export, lax

from estimax.saved_model._row_independence import ROWS, mixes_rows

# Functions of x [rows, 4] (numbers), i [rows] (integers) and w [4, 3] (weights).
ONE_BY_ONE = {
    "a matrix product": lambda x, i, w: [x @ w],
    "a softmax": lambda x, i, w: [jax.nn.softmax(x @ w)],
    "an element of each row": lambda x, i, w: [x[jnp.arange(x.shape[0]), i]],
    "an element along an axis": lambda x, i, w: [jnp.take_along_axis(x, i[:, None], 1)],
    "rows of a table": lambda x, i, w: [jnp.take(w, i, axis=0, mode="fill", fill_value=0), w[i]],
    "the greatest of each row": lambda x, i, w: [*lax.top_k(x, 2), jnp.argmax(x, -1)],
    "the weights": lambda x, i, w: [x, w, w.sum()],
    "one-hot vectors": lambda x, i, w: [jax.nn.one_hot(i, 5) @ jnp.ones((5, 2))],
    "layer normalisation": lambda x, i, w: [(x - x.mean(1, keepdims=True)) / x.std(1, keepdims=True)],
    "sorted rows": lambda x, i, w: [jnp.sort(x, 1), jnp.argsort(x, 1), x[:, ::-1]],
    "running sums of rows": lambda x, i, w: [jnp.cumsum(x, 1)],
    "columns side by side": lambda x, i, w: [
        jnp.concatenate([x, x], 1),
        jnp.stack([i, i], 1),
        jnp.pad(x, ((0, 0), (1, 1))),
    ],
    "parts of rows": lambda x, i, w: [x[:, 1:3], jnp.squeeze(x[:, :1], 1), *jnp.split(x, 2, 1)],
    "multi-hot vectors": lambda x, i, w: [jnp.zeros((x.shape[0], 5)).at[jnp.arange(x.shape[0]), i].set(1)],
    "reshaped rows": lambda x, i, w: [x.reshape(-1, 2, 2).sum(1), (x.reshape(-1, 2) @ jnp.ones((2, 3))).reshape(-1, 6)],
    "a map over rows": lambda x, i, w: [lax.map(lambda row: row * 2, x), jax.vmap(lambda row, j: row[j])(x, i)],
    "steps along each row": lambda x, i, w: [lax.scan(lambda c, t: (c + t, c), jnp.zeros(x.shape[0]), x.T)[0]],
    "a choice for all rows": lambda x, i, w: [lax.cond(w[0, 0] > 0, lambda: x, lambda: x * 2)],
    "the same for each row": lambda x, i, w: [jnp.zeros((x.shape[0], 1)) + w[0, 0]],
    "activations": lambda x, i, w: [jax.nn.relu(x), jax.nn.gelu(x), jax.nn.log_softmax(x), jnp.where(x > 0, x, 0)],
    "products of each row": lambda x, i, w: [jnp.einsum("bi,bj->bij", x, x), jnp.einsum("bi,bi->b", x, x)],
}
MIXED = {
    "less their mean": lambda x, i, w: [x - x.mean(0)],
    "their sum": lambda x, i, w: [x.sum()],
    "their number": lambda x, i, w: [jnp.asarray(x.shape[0])],
    "divided by their number": lambda x, i, w: [x / x.shape[0]],
    "divided by their number, compiled": lambda x, i, w: [jax.jit(lambda n: x / n)(jnp.asarray(x.shape[0]))],
    "a softmax over them": lambda x, i, w: [jax.nn.softmax(x, axis=0)],
    "sorted": lambda x, i, w: [jnp.sort(x, 0)],
    "their ranks": lambda x, i, w: [jnp.argsort(i)],
    "their ranks by pairs": lambda x, i, w: [(i[:, None] > i[None]).sum(1)],
    "running sums": lambda x, i, w: [jnp.cumsum(x, 0)],
    "similarities": lambda x, i, w: [(x @ x.T).sum(1)],
    "reversed": lambda x, i, w: [x[::-1]],
    "in one list": lambda x, i, w: [x.reshape(-1)],
    "transposed": lambda x, i, w: [x.T],
    "shifted": lambda x, i, w: [jnp.concatenate([x[:1], x[:-1]])],
    "shifted by padding": lambda x, i, w: [jnp.pad(x, ((1, 0), (0, 0)))[:-1]],
    "rolled": lambda x, i, w: [jnp.roll(x, 1, 0)],
    "the first": lambda x, i, w: [x[0]],
    "with the last": lambda x, i, w: [x + x[-1]],
    "counted": lambda x, i, w: [jnp.zeros(5).at[i].add(1)],
    "a loop over them": lambda x, i, w: [lax.scan(lambda c, row: (c + row, c), jnp.zeros(4), x)[1]],
    "if any": lambda x, i, w: [jnp.where(jnp.any(x > 0), x, 0)],
    "a compiled part": lambda x, i, w: [jax.jit(lambda y: y - y.max(0))(x)],
    "a branch": lambda x, i, w: [lax.cond(w[0, 0] > 0, lambda: x, lambda: x - x.min(0))],
}


def is_mixed(function):
    (rows,) = export.symbolic_shape(ROWS)
    specs = [((rows, 4), "float32"), ((rows,), "int32"), ((4, 3), "float32")]
    return mixes_rows(jax.jit(function).trace(*(jax.ShapeDtypeStruct(*s) for s in specs)).jaxpr)


@pytest.mark.parametrize("name", ONE_BY_ONE)
def test_rows_one_by_one(name):
    assert not is_mixed(ONE_BY_ONE[name])


@pytest.mark.parametrize("name", MIXED)
def test_rows_mixed(name):
    assert is_mixed(MIXED[name])
