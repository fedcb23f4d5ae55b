"""Pictures of evaluations can be read whatever they show: they decode, are small, and nothing is cut off."""

import io
import logging

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from estimax.summary import _pictures
from estimax.summary._declared import DeclaredSummary, summary_values
from estimax.summary._pictures import Canvas, can_draw, shortened, tick_texts, ticks, width_of
from estimax.summary._pictures_confusion import confusion_picture
from estimax.summary._pictures_scatter import scatter_picture

RNG = np.random.default_rng(0)
LABELS = RNG.normal(size=3000).astype(np.float32)


def numbers(classes):
    return [str(i) for i in range(classes)]


def confusing(classes, examples):
    return RNG.poisson(examples / classes**2 * RNG.random((classes, classes))) + np.diag(
        RNG.poisson(examples / classes, classes)
    )


CONFUSIONS = {
    "two classes": (confusing(2, 1000), ["no", "yes"]),
    "ten classes of many examples": (confusing(10, 1e7), numbers(10)),
    "ten classes with long names": (confusing(10, 1000), [f"a class with a very long name, {i}" for i in range(10)]),
    "fifty classes": (confusing(50, 10000), [f"label {i}" for i in range(50)]),
    "more classes than are shown": (confusing(80, 10000), numbers(80)),
    "names in other scripts": (confusing(4, 100), ["grün", "зелёный", "πράσινο", "绿色"]),
    "names that are odd": (confusing(4, 100), ["", " ", "two\nlines", "\U0001f34f"]),
    "no examples": (np.zeros((2, 2)), numbers(2)),
    "a class without examples": (np.array([[3, 1, 0], [0, 0, 0], [0, 2, 4]]), numbers(3)),
    "weights": (np.array([[0.25, 1e-7], [123.456, 0]]), numbers(2)),
    "huge weights": (np.array([[3e30, 1e28], [1e12, 0]]), numbers(2)),
    "a single example": (np.array([[0, 0], [1, 0]]), numbers(2)),
}

SCATTERS = {
    "a density": (LABELS, LABELS * 0.8),
    "dots": (LABELS[:50], LABELS[:50] + 0.1),
    "one example": (np.array([3.0]), np.array([2.0])),
    "one value": (np.array([3.0]), np.array([3.0])),
    "no examples": (np.array([]), np.array([])),
    "constant predictions": (LABELS, np.full_like(LABELS, 0.5)),
    "zeros": (np.zeros(9), np.zeros(9)),
    "not a number": (LABELS, np.where(LABELS > 0, np.nan, LABELS)),
    "nothing but not numbers": (np.full(5, np.nan), np.full(5, np.inf)),
    "infinities": (LABELS, np.where(LABELS > 1, np.inf, -LABELS)),
    "one far away": (LABELS, np.where(np.arange(3000) == 7, 1e9, LABELS)),
    "huge": (np.array([3e38, -3e38]), np.array([-3e38, 3e38])),
    "tiny": (LABELS * 1e-30, LABELS * 1.1e-30),
    "far from zero": (LABELS + 1e6, LABELS + 1e6 + 1),
    "counts": (np.floor(np.exp(LABELS)), np.exp(LABELS)),
}


def checked(data):
    """Returns the pixels of a picture of which nothing is cut off: its edge is white."""
    image = Image.open(io.BytesIO(data))
    assert image.format == "PNG"
    assert len(data) < 20_000
    pixels = np.asarray(image.convert("RGB")).astype(int)
    height, width, _ = pixels.shape
    assert 400 < width < 800
    assert 400 < height < 800
    for edge in (pixels[:3], pixels[-3:], pixels[:, :3], pixels[:, -3:]):
        assert edge.min() > 245
    assert pixels.min() < 60  # something is written
    return pixels


@pytest.mark.parametrize("name", CONFUSIONS)
def test_a_confusion_matrix_is_drawn_whole(name):
    checked(confusion_picture(*CONFUSIONS[name], "confusion"))


@pytest.mark.parametrize("name", SCATTERS)
def test_predictions_against_labels_are_drawn_whole(name):
    labels, predictions = SCATTERS[name]
    checked(scatter_picture(labels, predictions, len(labels), "predicted_vs_actual"))


def test_a_long_title_has_room():
    title = "confusion/a head with a name that is longer than the matrix is wide"
    checked(confusion_picture(np.eye(2), numbers(2), title))
    checked(scatter_picture(LABELS, LABELS, 10**9, title))


def test_right_cells_are_blue_and_wrong_ones_red():
    pixels = checked(confusion_picture(np.array([[0, 5], [0, 7]]), numbers(2), "confusion"))
    red, blue = pixels[..., 0], pixels[..., 2]
    wrong, right = (red > 150) & (blue < 60), (blue > 150) & (red < 60)
    assert wrong.sum() == pytest.approx(right.sum(), rel=0.05)
    places = [np.argwhere(cells).mean(0) for cells in (wrong, right)]
    assert places[0][0] < places[1][0]  # the rows are labels
    assert places[0][1] == pytest.approx(places[1][1], abs=3)  # the columns are predictions


def test_the_same_is_drawn_the_same():
    assert scatter_picture(LABELS, LABELS, 1, "a") == scatter_picture(LABELS, LABELS, 1, "a")
    assert confusion_picture(np.eye(3), numbers(3), "a") == confusion_picture(np.eye(3), numbers(3), "a")


SIZES = st.floats(-1e30, 1e30).filter(lambda v: v == 0 or abs(v) > 1e-30)


@given(SIZES, SIZES, st.integers(3, 8))
def test_ticks_are_round_numbers_in_the_range(one, other, most):
    low, high = min(one, other), max(one, other)
    if high - low <= 1e-5 * max(abs(low), abs(high)):
        return
    found = ticks(low, high, most)
    edge = (high - low) * 1e-6
    assert 1 <= len(found) <= most + 1
    assert found.min() >= low - edge
    assert found.max() <= high + edge
    texts = tick_texts(found.tolist())
    assert len(set(texts)) == len(texts)
    np.testing.assert_allclose(
        [float(t.replace(",", "")) for t in texts], found, rtol=1e-5, atol=1e-6 * float(np.abs(found).max())
    )


@settings(deadline=None, max_examples=30)
@given(st.text(max_size=40), st.integers(10, 300))
def test_shortened_text_fits(text, width):
    line = " ".join(text.split())
    short = shortened(line, 14, width)
    assert short == line or short == "…" or width_of(short, 14) <= width


def test_text_that_is_read_from_below_is_the_same_text():
    flat, upright = Canvas(100, 100), Canvas(100, 100)
    flat.text((50, 50), "hello", 16)
    upright.upright((50, 50), "hello", 16)
    dark = [np.argwhere(np.asarray(Image.open(io.BytesIO(c.png())).convert("L")) < 128) for c in (flat, upright)]
    spans = [d.max(0) - d.min(0) for d in dark]
    np.testing.assert_allclose(spans[0], spans[1][::-1], atol=1)


@pytest.fixture
def no_pillow(monkeypatch):
    def missing(path):
        raise ModuleNotFoundError(f"No module named {path!r}")

    monkeypatch.setattr(_pictures, "resolve", missing)
    can_draw.cache_clear()
    yield
    can_draw.cache_clear()


def test_without_pillow_there_is_one_line_of_the_log_instead_of_pictures(no_pillow, caplog):
    confusion = DeclaredSummary("confusion", "confusion", None, {"names": numbers(2)})
    with caplog.at_level(logging.INFO, logger="tensorflow"):
        assert summary_values(confusion, np.eye(2)) == []
        assert summary_values(DeclaredSummary("scatter", "x", None), np.ones((3, 2))) == []
    (line,) = [record.getMessage() for record in caplog.records]
    assert "pip install 'estimax[images]'" in line
