"""Which flights will arrive late? A module of Flax NNX, with dropout and batch normalization.

python examples/flax_nnx.py [--dir demo-nnx] [--steps 1200]
"""

import jax.numpy as jnp
import optax
from flax import nnx
from flights_input import NUMBERS, PLACES, run, spec_of

import estimax as tf

WIDTH = 8


class Net(nnx.Module):
    def __init__(self, rngs):
        self.places = nnx.Dict({name: nnx.Embed(size, WIDTH, rngs=rngs) for name, size in PLACES.items()})
        self.hidden = nnx.Linear(NUMBERS + WIDTH * len(PLACES), 32, rngs=rngs)
        self.norm = nnx.BatchNorm(32, rngs=rngs)
        self.dropout = nnx.Dropout(0.1, rngs=rngs)
        self.last = nnx.Linear(32, 1, rngs=rngs)

    def __call__(self, features):
        places = [self.places[name](features[name]) for name in PLACES]
        x = jnp.concatenate([features["numbers"], *places], axis=-1)
        x = self.dropout(nnx.relu(self.norm(self.hidden(x))))
        return self.last(x)[:, 0]


def model_fn(features, labels, mode):
    net = tf.modules.from_nnx(lambda rngs: Net(rngs=rngs), mode)
    return spec_of(mode, net(features), labels, optax.adamw(2e-3))


if __name__ == "__main__":
    run(model_fn, __doc__.splitlines()[0], "demo-nnx")
