"""The file systems that paths with a scheme are of: Arrow's own, and those of fsspec where it is installed.

`s3://`, `gs://`, `hdfs://` and `abfs://` are Arrow's. Where the environment names
another server for S3 (AWS_ENDPOINT_URL), it is asked instead of Amazon's.
"""

from __future__ import annotations

from functools import cache
from typing import Any
from urllib.parse import urlencode, urlsplit

from estimax._base._environment import variable
from estimax._base._errors import FailedPreconditionError, InvalidArgumentError
from estimax._base._lazy import resolve

_NAMELESS = ("hdfs://", "viewfs://")  # of which the configuration names a default


def remote_file_system(uri: str) -> tuple[Any, str]:
    """Returns an Arrow file system and the path within it of a scheme and what follows it, such as a bucket.

    Raises:
        InvalidArgumentError: nothing is known of such a scheme.
        FailedPreconditionError: the file system cannot be used from here; the message says why.
    """
    if uri in _NAMELESS:
        uri += "default"
    options = _s3_options() if uri.startswith("s3://") else ""
    return _connected(f"{uri}?{options}" if options else uri)


def _s3_options() -> str:
    endpoint = variable("AWS_ENDPOINT_URL_S3") or variable("AWS_ENDPOINT_URL")
    if not endpoint:
        return ""
    parts = urlsplit(endpoint if "://" in endpoint else f"https://{endpoint}")
    region = variable("AWS_REGION") or variable("AWS_DEFAULT_REGION", "us-east-1")
    return urlencode({"endpoint_override": parts.netloc + parts.path, "scheme": parts.scheme, "region": region})


@cache
def _connected(uri: str) -> tuple[Any, str]:
    try:
        found: tuple[Any, str] = resolve("pyarrow.fs:FileSystem").from_uri(uri)
        return found
    except (ValueError, NotImplementedError) as error:
        reason = str(error)
    except OSError as error:
        raise FailedPreconditionError(f"{uri!r} cannot be used from here: {error}") from None
    return _by_fsspec(uri, reason)


def _by_fsspec(uri: str, reason: str) -> tuple[Any, str]:
    scheme = uri.partition("://")[0]
    try:
        known = resolve("fsspec:available_protocols")()
    except ImportError:
        raise InvalidArgumentError(
            f"a path must be local or begin with a scheme such as gs://, s3:// or hdfs://; got {uri!r} ({reason}). "
            "Other schemes need the package fsspec"
        ) from None
    if scheme not in known:
        raise InvalidArgumentError(
            f"a path must be local or begin with a scheme such as gs://, s3:// or hdfs://; got {uri!r} ({reason})"
        )
    try:
        system, root = resolve("fsspec.core:url_to_fs")(uri)
    except ImportError as error:
        raise FailedPreconditionError(f"{uri!r} cannot be used from here: {error}") from None
    handler = resolve("pyarrow.fs:FSSpecHandler")(system)
    return resolve("pyarrow.fs:PyFileSystem")(handler), root
