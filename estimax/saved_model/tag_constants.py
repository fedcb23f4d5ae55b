"""The tags of a saved model: `tf.saved_model.tag_constants`. Every export here is for serving, on any device."""

SERVING = "serve"
TRAINING = "train"
GPU = "gpu"
TPU = "tpu"
