"""The names that programs, servers and clients agree on: `tf.saved_model.signature_constants`."""

from estimax._base._lazy import explain_missing
from estimax._base._signature_names import CLASSIFY_METHOD, DEFAULT_SIGNATURE, PREDICT_METHOD, REGRESS_METHOD

DEFAULT_SERVING_SIGNATURE_DEF_KEY = DEFAULT_SIGNATURE

PREDICT_METHOD_NAME = PREDICT_METHOD
PREDICT_INPUTS = "inputs"
PREDICT_OUTPUTS = "outputs"

CLASSIFY_METHOD_NAME = CLASSIFY_METHOD
CLASSIFY_INPUTS = "inputs"
CLASSIFY_OUTPUT_CLASSES = "classes"
CLASSIFY_OUTPUT_SCORES = "scores"

REGRESS_METHOD_NAME = REGRESS_METHOD
REGRESS_INPUTS = "inputs"
REGRESS_OUTPUTS = "outputs"

explain_missing(__name__)
