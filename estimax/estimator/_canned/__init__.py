"""The pre-made estimators: each is a head and a model function."""
