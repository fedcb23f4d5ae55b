"""The host graph: Tensors, the ops that make them, tracing, and running over whole columns."""
