"""The model as TensorBoard's Graphs tab shows it."""

from estimax.estimator._graph_def._drawing import graph_def, graph_event

__all__ = ["graph_def", "graph_event"]
