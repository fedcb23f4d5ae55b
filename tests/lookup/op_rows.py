"""Look-ups in tables as rows of the table of ops."""

import numpy as np

from estimax import lookup, strings
from estimax._base._string_array import StringArray
from estimax.lookup import KeyValueTensorInitializer
from tests.ops.samples import Row, integers, texts

WORDS = texts(2, 4)
N = integers(2, 3)
LONG = np.array([2**40, -7, 0, 3])

IDS = lookup.index_table_from_tensor(["House", "", "café"])
DEFAULTED = lookup.index_table_from_tensor(["House", "", "café"], default_value=7)
BUCKETS = lookup.index_table_from_tensor(["House", "", "café"], num_oov_buckets=3)
SECRET = lookup.index_table_from_tensor(["House"], num_oov_buckets=30, hasher_spec=lookup.StrongHashSpec([1, 2]))
NUMBERS = lookup.index_table_from_tensor([3, -7, 2**40], num_oov_buckets=5, dtype="int64")
NAMES = lookup.index_to_string_table_from_tensor(["zero", "one", "two"])
PRICES = lookup.StaticHashTable(KeyValueTensorInitializer(["House", "-3"], [1.5, 2.5]), 0.0)
COLOURS = lookup.StaticHashTable(KeyValueTensorInitializer([5, 3, 1], ["red", "green", "blue"]), "none")
CODES = lookup.StaticVocabularyTable(KeyValueTensorInitializer(["House", "a"], np.array([10, 20])), 4)
NOTHING = lookup.StaticVocabularyTable(None, 4)

ROWS = (
    Row("index table", IDS.lookup, ((WORDS,), (StringArray.of(""),))),
    Row("index table with a default", DEFAULTED.lookup, ((WORDS,),)),
    Row("index table with buckets", BUCKETS.lookup, ((WORDS,),)),
    Row("index table with a key", SECRET.lookup, ((WORDS,),)),
    Row("index table of numbers", NUMBERS.lookup, ((LONG,), (N,)), False),
    Row("index to string table", NAMES.lookup, ((N,), (np.int64(1),)), False),
    Row("table of prices", PRICES.lookup, ((WORDS,),)),
    Row("table of colours", COLOURS.lookup, ((N,),), False),
    Row("vocabulary table", CODES.lookup, ((WORDS,),)),
    Row("vocabulary table of no words", NOTHING.lookup, ((WORDS,),)),
    Row("look-up in lists", lambda x: IDS.lookup(strings.split(x)), ((WORDS,),)),
    Row("look-up in a sparse Tensor", lambda x: BUCKETS[strings.string_split(x)], ((texts(5),),)),
)
