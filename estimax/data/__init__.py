"""Datasets: what is read, how it is turned into batches, and where reading stands (`tf.data`)."""

from estimax._base._lazy import lazy_attributes
from estimax.data._dataset import AUTOTUNE, Dataset, TextLineDataset, make_one_shot_iterator
from estimax.data._iterators import OneShotIterator as Iterator

__all__ = ["AUTOTUNE", "Dataset", "Iterator", "TextLineDataset", "make_one_shot_iterator"]

__getattr__ = lazy_attributes(__name__, {})
