"""Bodies are read within bounds, whatever the client does."""

import asyncio

import pytest

from estimax.serving._body import BodyReader, ClientGoneError
from estimax.serving._errors import RequestError


def receive_of(chunks, pause=0.0):
    """Makes an ASGI `receive` of chunks; the last one ends the body, None hangs up."""
    left = list(chunks)

    async def receive():
        await asyncio.sleep(pause)
        chunk = left.pop(0)
        if chunk is None:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": chunk, "more_body": bool(left)}

    return receive


def read(chunks, pause=0.0, headers=(), reader=None):
    async def main():
        async with (reader or BodyReader(10, 15, 1.0)).read({"headers": headers}, receive_of(chunks, pause)) as body:
            return body

    return asyncio.run(main())


@pytest.mark.parametrize("chunks", [[b"ab"], [b"a", b"b"], [b"", b"a", b"", b"b", b""], [b"0123456789"]])
def test_a_body_may_come_in_any_pieces(chunks):
    assert read(chunks) == b"".join(chunks)


@pytest.mark.parametrize(
    ("chunks", "headers", "status"),
    [
        ([b"01234567890"], [], 413),
        ([b"0123456789", b"0"], [], 413),
        ([], [(b"content-length", b"11")], 413),
        ([], [(b"content-length", b"9" * 5000)], 413),
        ([], [(b"content-encoding", b"gzip")], 415),
        ([b""], [], 400),
    ],
)
def test_a_body_out_of_bounds_is_refused(chunks, headers, status):
    with pytest.raises(RequestError) as caught:
        read(chunks, headers=headers)
    assert caught.value.status == status


def test_a_body_that_takes_too_long_is_refused():
    with pytest.raises(RequestError, match=r"within 0\.01 s") as caught:
        read([b"a", b"b"], pause=0.02, reader=BodyReader(10, 15, 0.01))
    assert caught.value.status == 408


def test_a_client_that_hangs_up_is_no_error_of_the_server():
    with pytest.raises(ClientGoneError):
        read([b"a", None])


def test_what_all_bodies_hold_is_bounded_and_given_back():
    reader = BodyReader(10, 15, 1.0)

    async def hold(chunk, until):
        async with reader.read({"headers": ()}, receive_of([chunk])):
            await until.wait()

    async def main():
        until = asyncio.Event()
        held = asyncio.create_task(hold(b"0123456789", until))
        await asyncio.sleep(0.01)
        with pytest.raises(RequestError) as caught:
            await hold(b"012345", until)
        assert caught.value.status == 503
        until.set()
        await held
        await hold(b"012345", until)

    asyncio.run(main())
