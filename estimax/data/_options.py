"""`Options`: what programs may say of how a dataset is to be run, which is of no effect here."""

from __future__ import annotations

from typing import Any


class Options:
    """Settings under the names that programs give them; each group of settings is made when it is first used.

    Example:
        >>> import estimax as tf
        >>> options = tf.data.Options()
        >>> options.experimental_distribute.auto_shard_policy = 2
        >>> options.deterministic = False
        >>> tf.data.Dataset.range(3).with_options(options).options().deterministic
        False
    """

    _SETTINGS = (
        "deterministic",
        "experimental_deterministic",
        "experimental_slack",
        "experimental_external_state_policy",
    )

    def __init__(self) -> None:
        self.__dict__.update({"_values": {}})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        values = self.__dict__["_values"]
        if name in self._SETTINGS:
            return values.get(name)
        return values.setdefault(name, Options())

    def __setattr__(self, name: str, value: Any) -> None:
        self.__dict__["_values"][name] = value

    def merge(self, options: Options) -> Options:
        """Returns these options with those of others put in their places."""
        made = Options()
        made.__dict__["_values"].update({**self.__dict__["_values"], **options.__dict__["_values"]})
        return made
