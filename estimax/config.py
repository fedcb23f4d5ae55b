"""`tf.config`: how programs run."""

from estimax._base._eager import run_eagerly, runs_eagerly
from estimax._base._lazy import explain_missing

run_functions_eagerly = run_eagerly
functions_run_eagerly = runs_eagerly

__all__ = ["functions_run_eagerly", "run_eagerly", "run_functions_eagerly", "runs_eagerly"]

explain_missing(__name__)
