"""`tf.lookup`: tables from words to ids and back, which travel inside of graphs."""

from estimax._base._lazy import explain_missing
from estimax.lookup import _experimental as experimental
from estimax.lookup._hashers import FastHashSpec, HasherSpec, StrongHashSpec
from estimax.lookup._index_tables import (
    index_table_from_file,
    index_table_from_tensor,
    index_to_string_table_from_file,
    index_to_string_table_from_tensor,
    tables_initializer,
)
from estimax.lookup._initializers import KeyValueTensorInitializer, TextFileIndex, TextFileInitializer
from estimax.lookup._initializers import text_file_id_initializer as TextFileIdTableInitializer
from estimax.lookup._initializers import text_file_string_initializer as TextFileStringTableInitializer
from estimax.lookup._mutable import MutableHashTable
from estimax.lookup._tables import LookupInterface, StaticHashTable, StaticVocabularyTable
from estimax.lookup._tables import StaticHashTable as HashTable

__all__ = [
    "FastHashSpec",
    "HashTable",
    "HasherSpec",
    "KeyValueTensorInitializer",
    "LookupInterface",
    "MutableHashTable",
    "StaticHashTable",
    "StaticVocabularyTable",
    "StrongHashSpec",
    "TextFileIdTableInitializer",
    "TextFileIndex",
    "TextFileInitializer",
    "TextFileStringTableInitializer",
    "experimental",
    "index_table_from_file",
    "index_table_from_tensor",
    "index_to_string_table_from_file",
    "index_to_string_table_from_tensor",
    "tables_initializer",
]

explain_missing(__name__)
