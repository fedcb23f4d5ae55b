"""Base64 with the alphabet that is safe in URLs and file names (RFC 4648, section 5)."""

from __future__ import annotations

import base64
import re
from collections.abc import Callable
from typing import Any

from estimax._base._arrow import binary_array
from estimax._base._dtypes import string
from estimax._base._errors import InvalidArgumentError
from estimax._base._shapes import TensorSpec
from estimax._base._string_array import StringArray
from estimax._graph._lifting import broadcasting
from estimax._graph._op import Op, as_tensor

_ENCODED = re.compile(rb"([A-Za-z0-9_-]*)(=*)")


def encode_base64(input: Any, pad: bool = False, name: str | None = None) -> Any:
    """Encodes strings of any shape in base64, with '-' and '_' in place of '+' and '/'.

    Args:
        input: the strings.
        pad: whether to fill up with '=' to a multiple of four characters.
        name: of no effect.

    Example:
        >>> from estimax.io._base64 import encode_base64
        >>> encode_base64(["a", "??>"]).numpy()
        array([b'YQ', b'Pz8-'], dtype=object)
    """
    return _ENCODE(as_tensor(input, string), pad=bool(pad))


def decode_base64(input: Any, name: str | None = None) -> Any:
    """Decodes strings of any shape from base64, with '-' and '_' in place of '+' and '/', filled up with '=' or not.

    Raises:
        InvalidArgumentError: a string is not in base64.

    Example:
        >>> from estimax.io._base64 import decode_base64
        >>> decode_base64(["YQ", "Pz8-", "YQ=="]).numpy()
        array([b'a', b'??>', b'a'], dtype=object)
    """
    return _DECODE(as_tensor(input, string))


def _each(function: Callable[[bytes], bytes], strings: StringArray) -> StringArray:
    made = []
    for i, text in enumerate(strings.flat.to_pylist()):
        try:
            made.append(function(text))
        except InvalidArgumentError as error:
            place = strings.describe_origin(i)
            raise InvalidArgumentError(f"{place}: {error}" if place else str(error)) from None
    return StringArray(binary_array(made), strings.shape, strings.origin)


def _encoded(text: bytes, pad: bool) -> bytes:
    encoded = base64.urlsafe_b64encode(text)
    return encoded if pad else encoded.rstrip(b"=")


def _decoded(text: bytes) -> bytes:
    found = _ENCODED.fullmatch(text)
    if found is None or len(found[1]) % 4 == 1 or (found[2] and (len(found[2]) > 2 or len(text) % 4)):
        shown = f"{text[:40]!r}{'...' if len(text) > 40 else ''}"
        raise InvalidArgumentError(
            f"base64 for URLs consists of letters, digits, '-' and '_' in groups of four, the last of them shorter or "
            f"filled up with '='; got {shown}"
        )
    return base64.urlsafe_b64decode(found[1] + b"=" * (-len(found[1]) % 4))


def _same(x: TensorSpec, **_: Any) -> TensorSpec:
    return TensorSpec(x.shape, string)


_ENCODE = Op(
    "EncodeBase64",
    infer=_same,
    host=lambda x, *, pad: _each(lambda text: _encoded(text, pad), x),
    lift=broadcasting,
)
_DECODE = Op("DecodeBase64", infer=_same, host=lambda x: _each(_decoded, x), lift=broadcasting)
