"""Ids as vectors: embeddings of sequences and of bags of words, and one-hot vectors."""

from __future__ import annotations

from typing import Any

import jax
import jax.numpy as jnp

from estimax._graph._composite import SparseTensor
from estimax._scope._crossing import to_device
from estimax._scope._scopes import variable_scope
from estimax.contrib._arg_scope import add_arg_scope
from estimax.contrib.layers._parts import collected, model_variable
from estimax.nn._embedding import embedding_lookup
from estimax.nn._sparse_embedding import embedding_lookup_sparse


@add_arg_scope
def one_hot_encoding(
    labels: Any,
    num_classes: int,
    on_value: float = 1.0,
    off_value: float = 0.0,
    outputs_collections: Any = None,
    scope: Any = None,
) -> Any:
    """Returns float32 [batch, num_classes], with `on_value` where the label is.

    Example:
        >>> import estimax as tf
        >>> tf.contrib.layers.one_hot_encoding([1, 0], 3).tolist()
        [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    """
    hot = jax.nn.one_hot(jnp.asarray(to_device(labels)), num_classes)
    return collected(hot * on_value + (1 - hot) * off_value, outputs_collections)


@add_arg_scope
def embed_sequence(
    ids: Any,
    vocab_size: int | None = None,
    embed_dim: int | None = None,
    unique: bool = False,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    scope: Any = None,
    reuse: Any = None,
) -> Any:
    """Returns the vectors of ids, in the variable `EmbedSequence/embeddings`.

    Args:
        ids: integers [batch, steps].
        vocab_size: how many vectors there are; not needed to reuse them.
        embed_dim: how long they are; not needed to reuse them.
        unique: has no effect.
        initializer: of the vectors; Glorot's uniform one if None.
        regularizer: what it makes of them is added to the regularization losses.
        trainable: whether optimizers change them.
        scope: `EmbedSequence`, `EmbedSequence_1`, ... by order of creation where None.
        reuse: whether the variable exists (True), or may (`tf.AUTO_REUSE`).

    Returns:
        [batch, steps, embed_dim].

    Raises:
        ValueError: a size is missing.
    """
    if not (reuse or (vocab_size and embed_dim)):
        raise ValueError(f"embed_sequence needs vocab_size and embed_dim; got {vocab_size} and {embed_dim}")
    with variable_scope(scope, "EmbedSequence", [ids], reuse=reuse):
        return embedding_lookup(_table(vocab_size, embed_dim, initializer, regularizer, trainable), to_device(ids))


@add_arg_scope
def bow_encoder(
    ids: Any,
    vocab_size: int,
    embed_dim: int,
    sparse_lookup: bool = True,
    initializer: Any = None,
    regularizer: Any = None,
    trainable: bool = True,
    scope: Any = None,
    reuse: Any = None,
) -> Any:
    """Returns the means of the vectors of ids, in the variable `BowEncoder/embeddings`.

    Args:
        ids: integers [batch, words], sparse or dense.
        vocab_size: how many vectors there are.
        embed_dim: how long they are.
        sparse_lookup: whether an id of 0 in a dense array stands for none.
        initializer: as for `embed_sequence`.
        regularizer: as for `embed_sequence`.
        trainable: as for `embed_sequence`.
        scope: `BowEncoder`, `BowEncoder_1`, ... by order of creation where None.
        reuse: as for `embed_sequence`.

    Returns:
        [batch, embed_dim].

    Raises:
        TypeError: sparse ids without `sparse_lookup`.
    """
    with variable_scope(scope, "BowEncoder", [ids], reuse=reuse):
        table = _table(vocab_size, embed_dim, initializer, regularizer, trainable)
        if isinstance(ids, SparseTensor):
            if not sparse_lookup:
                raise TypeError("bow_encoder(sparse_lookup=False) needs dense ids; got a SparseTensor")
            return embedding_lookup_sparse(table, ids, None, combiner="mean")
        dense = jnp.asarray(to_device(ids))
        if not sparse_lookup:
            return jnp.mean(embedding_lookup(table, dense), 1)
        is_word = dense != 0
        rows = embedding_lookup(table, jnp.where(is_word, dense, -1))
        counts = jnp.sum(is_word, 1, keepdims=True).astype(rows.dtype)
        return jnp.sum(rows, 1) / jnp.maximum(counts, 1)


def _table(rows: Any, columns: Any, initializer: Any, regularizer: Any, trainable: bool) -> Any:
    return model_variable("embeddings", [rows, columns], initializer, regularizer, trainable)
