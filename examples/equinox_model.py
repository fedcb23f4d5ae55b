"""Which flights will arrive late? A module of Equinox, with dropout and batch normalization.

python examples/equinox_model.py [--dir demo-equinox] [--steps 1200]
"""

import equinox as eqx
import jax
import jax.numpy as jnp
import optax
from flights_input import NUMBERS, PLACES, run, spec_of

import estimax as tf

WIDTH = 8


class Net(eqx.Module):
    places: dict
    hidden: eqx.nn.Linear
    norm: eqx.nn.BatchNorm
    dropout: eqx.nn.Dropout
    last: eqx.nn.Linear

    def __init__(self, key):
        keys = dict(zip([*PLACES, "hidden", "last"], jax.random.split(key, len(PLACES) + 2)))
        self.places = {name: eqx.nn.Embedding(size, WIDTH, key=keys[name]) for name, size in PLACES.items()}
        self.hidden = eqx.nn.Linear(NUMBERS + WIDTH * len(PLACES), 32, key=keys["hidden"])
        self.norm = eqx.nn.BatchNorm(32, "batch", mode="batch")
        self.dropout = eqx.nn.Dropout(0.1)
        self.last = eqx.nn.Linear(32, 1, key=keys["last"])

    def __call__(self, features, state, key):
        places = [self.places[name](features[name]) for name in PLACES]
        x, state = self.norm(self.hidden(jnp.concatenate([features["numbers"], *places])), state)
        return self.last(self.dropout(jax.nn.relu(x), key=key))[0], state


def model_fn(features, labels, mode):
    net, state = tf.modules.from_equinox(eqx.nn.make_with_state(Net), mode)
    keys = jax.random.split(tf.modules.next_key(), features["numbers"].shape[0])
    batched = jax.vmap(net, axis_name="batch", in_axes=(0, None, 0), out_axes=(0, None))
    logits, after = batched({name: jnp.asarray(value) for name, value in features.items()}, state, keys)
    tf.set_variables(state, after)
    return spec_of(mode, logits, labels, optax.adamw(2e-3))


if __name__ == "__main__":
    run(model_fn, __doc__.splitlines()[0], "demo-equinox")
