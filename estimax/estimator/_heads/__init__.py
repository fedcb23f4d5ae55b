"""Heads: from logits and labels to loss, metrics and predictions."""
