"""The tags of a saved model: `tf.saved_model.tag_constants`. Every export here is for serving, on any device."""

from estimax._base._lazy import explain_missing

SERVING = "serve"
TRAINING = "train"
GPU = "gpu"
TPU = "tpu"

explain_missing(__name__)
