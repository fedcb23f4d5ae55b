"""What a model function is called for."""


class ModeKeys:
    """The three modes of a model function."""

    TRAIN = "train"
    EVAL = "eval"
    PREDICT = "infer"
