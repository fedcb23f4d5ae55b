"""Boosted trees: grown by LightGBM, kept as plain arrays, evaluated by JAX.

Read `_boosting.py` for how they are trained and `_forest.py` for what a model is.
LightGBM is loaded by `_growing.py` alone, when the first tree is grown: whoever
only evaluates, predicts, exports or serves does not need it.
"""
