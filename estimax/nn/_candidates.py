"""Candidate samplers: some classes, drawn to stand for all of those that are not the label.

A sampler gives the classes that it drew, and how often each of them, and each true
class, is expected among them. Without repetition it draws until it has enough, and
the expectation follows from the number of draws that it took. Jean et al., "On Using
Very Large Target Vocabulary for Neural Machine Translation" (2015).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import jax
import jax.numpy as jnp
import numpy as np

from estimax._base._errors import InvalidArgumentError
from estimax._base._files import open_read
from estimax.nn._arrays import as_array
from estimax.random._device import next_key

Draw = Callable[[Any, int], Any]
Probability = Callable[[Any], Any]


class Candidates(NamedTuple):
    """What a sampler gives.

    Attributes:
        sampled_candidates: int [num_sampled], the classes that were drawn.
        true_expected_count: float [batch, num_true].
        sampled_expected_count: float [num_sampled].
    """

    sampled_candidates: jax.Array
    true_expected_count: jax.Array
    sampled_expected_count: jax.Array


def log_uniform_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: Any = None,
    name: str | None = None,
) -> Candidates:
    """Draws classes of which low numbers are frequent: `P(k) = log((k + 2) / (k + 1)) / log(range_max + 1)`.

    That is Zipf's law, for classes numbered from the most to the least frequent.

    Args:
        true_classes: integers [batch, num_true].
        num_true: classes of each example.
        num_sampled: how many to draw.
        unique: whether no class is drawn twice.
        range_max: classes are from 0 to `range_max - 1`.
        seed: as for `tf.random.uniform`.
        name: has no effect.

    Raises:
        InvalidArgumentError: more different classes are asked for than there are.

    Example:
        >>> import estimax as tf
        >>> drawn = tf.nn.log_uniform_candidate_sampler([[3]], 1, 5, True, 5, seed=1)
        >>> sorted(drawn.sampled_candidates.tolist())
        [0, 1, 2, 3, 4]
    """
    logarithm = float(np.log1p(range_max))

    def draw(key: Any, count: int) -> Any:
        found = jnp.floor(jnp.exp(jax.random.uniform(key, (count,)) * logarithm)).astype(jnp.int32) - 1
        return jnp.clip(found, 0, range_max - 1)

    def probability(classes: Any) -> Any:
        number = classes.astype(jnp.float32)
        return jnp.log((number + 2) / (number + 1)) / logarithm

    return _candidates(true_classes, num_true, num_sampled, unique, range_max, seed, draw, probability)


def uniform_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: Any = None,
    name: str | None = None,
) -> Candidates:
    """Draws classes that are all as frequent; arguments as for `log_uniform_candidate_sampler`."""

    def draw(key: Any, count: int) -> Any:
        return jax.random.randint(key, (count,), 0, range_max, jnp.int32)

    def probability(classes: Any) -> Any:
        return jnp.full(classes.shape, 1 / range_max, jnp.float32)

    return _candidates(true_classes, num_true, num_sampled, unique, range_max, seed, draw, probability)


def fixed_unigram_candidate_sampler(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    vocab_file: str = "",
    distortion: float = 1.0,
    num_reserved_ids: int = 0,
    num_shards: int = 1,
    shard: int = 0,
    unigrams: Sequence[float] = (),
    seed: Any = None,
    name: str | None = None,
) -> Candidates:
    """Draws classes as frequent as counts say.

    Args:
        true_classes: integers [batch, num_true].
        num_true: classes of each example.
        num_sampled: how many to draw.
        unique: whether no class is drawn twice.
        range_max: classes are from 0 to `range_max - 1`.
        vocab_file: a file with a line for each class, which ends in a comma and its count.
        distortion: the power to which counts are raised: 1 for as they are, 0 for all alike.
        num_reserved_ids: how many classes stand before those that are counted; they are never drawn.
        num_shards: must be 1.
        shard: must be 0.
        unigrams: the counts, in place of a file.
        seed: as for `tf.random.uniform`.
        name: has no effect.

    Raises:
        InvalidArgumentError: neither or both of file and counts, or not as many as there are classes.
    """
    if num_shards != 1 or shard != 0:
        raise InvalidArgumentError("fixed_unigram_candidate_sampler draws of all classes: num_shards=1 and shard=0")
    if bool(vocab_file) == bool(len(unigrams)):
        raise InvalidArgumentError("fixed_unigram_candidate_sampler needs vocab_file= or unigrams=, not both")
    counts = _counts_of(vocab_file) if vocab_file else list(unigrams)
    weights = np.concatenate([np.zeros(num_reserved_ids), np.asarray(counts, np.float64) ** distortion])
    if len(weights) != range_max:
        raise InvalidArgumentError(
            f"fixed_unigram_candidate_sampler needs a count for each of {range_max} classes, less those that are "
            f"reserved; got {len(counts)} and {num_reserved_ids} reserved"
        )
    shares = (weights / weights.sum()).astype(np.float32)
    ends = jnp.asarray(np.cumsum(weights / weights.sum()).astype(np.float32))

    def draw(key: Any, count: int) -> Any:
        found = jnp.searchsorted(ends, jax.random.uniform(key, (count,)), side="right")
        return jnp.clip(found, num_reserved_ids, range_max - 1).astype(jnp.int32)

    def probability(classes: Any) -> Any:
        return jnp.asarray(shares)[classes]

    possible = int((weights > 0).sum())
    return _candidates(true_classes, num_true, num_sampled, unique, range_max, seed, draw, probability, possible)


def _counts_of(path: str) -> list[float]:
    with open_read(path) as file:
        lines = file.read().decode().splitlines()
    return [float(line.rpartition(",")[2]) for line in lines if line.strip()]


def all_candidate_sampler(
    true_classes: Any, num_true: int, num_sampled: int, unique: bool, seed: Any = None, name: str | None = None
) -> Candidates:
    """Gives all classes, `num_sampled` of them, each once."""
    true = _true_classes(true_classes, num_true)
    ones = jnp.ones(num_sampled, jnp.float32)
    return Candidates(jnp.arange(num_sampled, dtype=true.dtype), jnp.ones(true.shape, jnp.float32), ones)


def _true_classes(given: Any, num_true: int) -> Any:
    true = as_array(given)
    if true.ndim != 2 or true.shape[1] != num_true or not jnp.issubdtype(true.dtype, jnp.integer):
        raise InvalidArgumentError(
            f"a sampler needs true classes that are integers [batch, {num_true}]; got {true.dtype} of {true.shape}"
        )
    return true


def _candidates(
    true_classes: Any,
    num_true: int,
    num_sampled: int,
    unique: bool,
    range_max: int,
    seed: Any,
    draw: Draw,
    probability: Probability,
    possible: int | None = None,
) -> Candidates:
    true = _true_classes(true_classes, num_true)
    key = next_key(None if seed is None else int(seed))
    if not unique:
        sampled = draw(key, num_sampled)
        expected = [probability(classes) * num_sampled for classes in (true, sampled)]
        return Candidates(sampled, *expected)
    if num_sampled > (range_max if possible is None else possible):
        raise InvalidArgumentError(
            f"{num_sampled} different classes cannot be drawn of {range_max if possible is None else possible}; "
            f"make num_sampled smaller, or say unique=False"
        )
    sampled, draws = _different(key, num_sampled, draw)
    expected = [-jnp.expm1(draws * jnp.log1p(-probability(classes))) for classes in (true, sampled)]
    return Candidates(sampled, *expected)


def _different(key: Any, wanted: int, draw: Draw) -> tuple[Any, Any]:
    """Draws until there are as many different classes as wanted; returns them and how many draws it took."""
    block = max(wanted, 16)
    earlier = jnp.tril(jnp.ones((block, block), bool), -1)

    def going(state: tuple[Any, ...]) -> Any:
        return state[2] < wanted

    def turned(state: tuple[Any, ...]) -> tuple[Any, ...]:
        turn, found, count, draws = state
        drawn = draw(jax.random.fold_in(key, turn), block)
        known = (drawn[:, None] == found).any(1) | ((drawn[:, None] == drawn) & earlier).any(1)
        number = count + jnp.cumsum(~known)  # of the different ones, with each that was drawn
        place = jnp.where(known | (number > wanted), wanted, number - 1)
        taken = jnp.argmax(number >= wanted) + 1
        draws = draws + jnp.where(number[-1] >= wanted, taken, block)
        return turn + 1, found.at[place].set(drawn, mode="drop"), jnp.minimum(number[-1], wanted), draws

    start = (jnp.int32(0), jnp.full(wanted, -1, jnp.int32), jnp.int32(0), jnp.int32(0))
    _, found, _, draws = jax.lax.while_loop(going, turned, start)
    return found, draws.astype(jnp.float32)
