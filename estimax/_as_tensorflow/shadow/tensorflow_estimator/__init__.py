"""A shadow: found in place of `tensorflow_estimator` on the path of `estimax run`, it puts estimax in its place."""

from estimax._as_tensorflow._shadowing import replace

replace(__name__)
