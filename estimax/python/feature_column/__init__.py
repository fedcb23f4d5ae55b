"""The modules of the original in which the classes of feature columns are defined."""

from estimax.python.feature_column import feature_column, feature_column_lib, feature_column_v2

__all__ = ["feature_column", "feature_column_lib", "feature_column_v2"]
