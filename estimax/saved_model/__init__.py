"""Saved models: what a server loads, and what needs no Python of who trained it.

A signature is a graph of named host ops before and after a device program; a
model is signatures and weights in one folder. This room knows how they are
written, checked, loaded and run, and nothing of how they were made.
"""

from estimax._base._lazy import explain_missing
from estimax.saved_model import signature_constants as signature_constants
from estimax.saved_model import tag_constants as tag_constants
from estimax.saved_model._load import SavedModel as SavedModel
from estimax.saved_model._load import load as load
from estimax.saved_model._parts import SignatureParts as SignatureParts
from estimax.saved_model._parts import TensorInfo as TensorInfo
from estimax.saved_model._save import save as save
from estimax.saved_model._signature import Signature as Signature

explain_missing(__name__)
