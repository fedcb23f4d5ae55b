"""Which flights will arrive late? A model function in plain JAX, trained by an optimizer of optax.

python examples/jax_model.py [--dir demo-jax] [--steps 1200]
"""

import jax
import jax.numpy as jnp
import optax
from flights_input import NUMBERS, PLACES, run, spec_of

import estimax as tf

WIDTH = 8


def init(key):
    keys = dict(zip([*PLACES, "hidden", "last"], jax.random.split(key, len(PLACES) + 2)))
    wide = NUMBERS + WIDTH * len(PLACES)
    he = jax.nn.initializers.he_normal()
    return {
        "places": {name: 0.05 * jax.random.normal(keys[name], (size, WIDTH)) for name, size in PLACES.items()},
        "hidden": {"kernel": he(keys["hidden"], (wide, 32)), "bias": jnp.zeros(32)},
        "last": {"kernel": he(keys["last"], (32, 1)), "bias": jnp.zeros(1)},
    }


def logits_of(params, features):
    places = [params["places"][name][features[name]] for name in PLACES]
    x = jnp.concatenate([features["numbers"], *places], axis=-1)
    x = jax.nn.relu(x @ params["hidden"]["kernel"] + params["hidden"]["bias"])
    return (x @ params["last"]["kernel"] + params["last"]["bias"])[:, 0]


def model_fn(features, labels, mode):
    params = tf.get_variables("net", init)
    tf.summary.scalar("weights/norm", optax.global_norm(params))
    return spec_of(mode, logits_of(params, features), labels, optax.adamw(2e-3))


if __name__ == "__main__":
    run(model_fn, __doc__.splitlines()[0], "demo-jax")
