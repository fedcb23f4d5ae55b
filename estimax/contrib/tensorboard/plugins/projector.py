"""`tf.contrib.tensorboard.plugins.projector`: variables for TensorBoard's projector, with labels and pictures.

Embeddings of feature columns are shown without it, under the words of their
vocabularies. A program names further variables, or gives labels of its own.
"""

from __future__ import annotations

from typing import Any

from estimax._base._errors import InvalidArgumentError
from estimax._base._files import as_path
from estimax.estimator._projecting import refresh
from estimax.summary._projector_files import EmbeddingInfo as EmbeddingInfo
from estimax.summary._projector_files import ProjectorConfig as ProjectorConfig
from estimax.summary._projector_files import SpriteMetadata as SpriteMetadata
from estimax.summary._projector_files import write_config


def visualize_embeddings(summary_writer: Any, config: Any) -> None:
    """Writes which variables TensorBoard's projector shows, to `projector_config.pbtxt`.

    A variable that is named by `tensor_name` is shown as the latest checkpoint of the
    folder has it, or the one that `model_checkpoint_path` names. Each
    training run in the folder shows it anew.

    Args:
        summary_writer: a `FileWriter`, or the model folder.
        config: a `ProjectorConfig`, of this module or of the package `tensorboard`. Its paths count
            from the folder.

    Raises:
        InvalidArgumentError: the writer has no folder.
        NotFoundError: there is no such folder.

    Example:
        >>> import pathlib, tempfile
        >>> from estimax.contrib.tensorboard.plugins import projector
        >>> config = projector.ProjectorConfig()
        >>> embedding = config.embeddings.add()
        >>> embedding.tensor_name, embedding.metadata_path = "words", "words.tsv"
        >>> folder = pathlib.Path(tempfile.mkdtemp())
        >>> projector.visualize_embeddings(folder, config)
        >>> print((folder / "projector_config.pbtxt").read_text(), end="")
        embeddings {
          tensor_name: "words"
          metadata_path: "words.tsv"
        }
    """
    folder = summary_writer.get_logdir() if hasattr(summary_writer, "get_logdir") else summary_writer
    if folder is None:
        raise InvalidArgumentError("visualize_embeddings needs a FileWriter with a folder, or a folder; got None")
    write_config(as_path(folder), config)
    refresh(folder)
