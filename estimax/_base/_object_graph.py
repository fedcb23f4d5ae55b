"""Names in checkpoints of `tf.train.Checkpoint`, which are kept by the way to an object and not by their names.

Such a checkpoint has, under a key of its own, a description of the objects: what
each is called by the one that holds it, and of each variable the key and the name
that it had in the program. The second is what models here know it by.

The message: `trackable_object_graph.proto` of TensorFlow's public interface.
"""

from __future__ import annotations

from collections import Counter

from estimax._base._tensor_messages import by_number, content, contents, text

OBJECT_GRAPH = "_CHECKPOINTABLE_OBJECT_GRAPH"


def full_names(graph: bytes) -> dict[str, str]:
    """Returns the name of each variable in the program, by its key in the checkpoint.

    Variables without a name, and names that several variables have, are left out.

    Raises:
        WireError: the description makes no sense.
    """
    names: dict[str, str] = {}
    for node in contents(by_number(graph), 1):
        for attribute in contents(by_number(node), 2):
            said = by_number(attribute)
            full, key = text(content(said, 2)), text(content(said, 3))
            if full and key:
                names[key] = full
    counts = Counter(names.values())
    return {key: full for key, full in names.items() if counts[full] == 1}
