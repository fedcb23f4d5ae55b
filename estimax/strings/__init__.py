"""`tf.strings`: operations on whole columns of strings, in Arrow."""
