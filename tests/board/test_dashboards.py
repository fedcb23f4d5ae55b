"""What a run writes is what TensorBoard shows: each of its dashboards is opened in a real browser.

Pictures of the dashboards go to `build/screenshots`, or to the folder in ESTIMAX_SCREENSHOTS.
"""

import re

import pytest

from tests.board import browser as on_screen
from tests.board import programs

playwright = pytest.importorskip("playwright.sync_api", reason="needs `pip install playwright`")
pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(on_screen.CHROMIUM is None, reason="needs a Chromium, such as Debian's package `chromium`"),
]


@pytest.fixture(scope="module")
def models(tmp_path_factory):
    """The folder of four trained models."""
    folder = tmp_path_factory.mktemp("models")
    programs.classifier(str(folder / "small"), [8])
    programs.classifier(str(folder / "large"), [32, 16])
    programs.regressor(str(folder / "minutes"))
    programs.custom(str(folder / "own"))
    return folder


@pytest.fixture(scope="module")
def browser():
    with playwright.sync_playwright() as driver, on_screen.chromium(driver) as started:
        yield started


@pytest.fixture(scope="module")
def window(models, browser):
    """Opens dashboards: `window(of, tab)`, of the folder of a model function or of those of pre-made models."""
    with (
        on_screen.board(models / "own") as own,
        on_screen.board(*(models / name for name in ("small", "large", "minutes"))) as pre_made,
    ):
        urls = {"own": own, "pre-made": pre_made}
        yield lambda of, tab: on_screen.Page(browser, urls[of], tab)


VARIABLES = ("dnn/hiddenlayer_0/kernel", "dnn/logits/bias", "linear/linear_model/carrier_X_hour_bucketized/weights")
TAGS = {
    ("pre-made", "scalars"): [
        "loss",
        "average_loss",
        "accuracy",
        "auc",
        "precision",
        "recall",
        "learning_rate/dnn",
        "learning_rate/linear",
        "global_step/sec",
        "examples/sec",
        "bias",
        "fraction_of_zero_weights",
        "dnn/hiddenlayer_0/fraction_of_zero_values",
    ],
    ("pre-made", "histograms"): ["dnn/hiddenlayer_0/activation", "residuals", *(f"weights/{v}" for v in VARIABLES)],
    ("pre-made", "distributions"): ["dnn/logits/activation", *(f"gradients/{v}" for v in VARIABLES)],
    ("pre-made", "images"): ["confusion", "predicted_vs_actual"],
    ("pre-made", "text"): ["checkpoint_path", "run/model", "run/columns", "run/variables", "run/environment"],
    ("pre-made", "pr_curves"): ["pr_curve"],
    ("own", "scalars"): ["loss", "largest_chance", "mean_chance", "global_step/sec", "examples/sec"],
    ("own", "histograms"): ["chance"],
    ("own", "distributions"): ["chance"],
    ("own", "images"): ["inputs/image/0"],
    ("own", "audio"): ["tone/audio/0"],
    ("own", "text"): ["remark", "run/model", "run/variables"],
}
DRAWN = {
    "scalars": "vz-line-chart2 svg",
    "histograms": "vz-histogram-timeseries svg .histogram",
    "distributions": "vz-distribution-chart svg .area",
    "images": "tf-image-loader img",
    "audio": "tf-audio-loader audio",
    "text": "tf-text-loader .step-container, tf-text-loader",
    "pr_curves": "vz-line-chart2 svg",
}


@pytest.mark.parametrize(("of", "tab"), TAGS)
def test_a_dashboard_shows_the_tags_of_its_kind(window, of, tab):
    with window(of, tab) as page:
        for tag in TAGS[of, tab]:
            page.filter_tags(f"^{re.escape(tag)}$")
            page.see(f"text=/^\\s*(tag:\\s*)?{re.escape(tag)}\\s*$/")
            page.see(DRAWN[tab])
        page.filter_tags("")
        page.see(DRAWN[tab])
        page.picture(tab if of == "pre-made" else f"own_{tab}")
        assert page.errors == []


def test_time_series_stand_beside_each_other(window):
    with window("pre-made", "timeseries") as page:
        page.see("text=small/eval")
        page.filter_tags("^(accuracy|auc|average_loss|learning_rate/dnn|prediction/mean|precision)$")
        for tag in ("accuracy", "auc", "average_loss"):
            page.see(f"card-view :text-is('{tag}')")
        page.see("card-view line-chart canvas, card-view line-chart svg")
        page.see("button:has-text('Settings')").click()
        page.picture("timeseries", height=620)
        assert page.errors == []


def test_the_graph_opens_by_double_click(window):
    with window("pre-made", "graphs") as page:
        for name in ("features", "dnn", "linear", "head", "training", "labels"):
            page.see(f"g.node[data-name='{name}']")
        page.see("g.node[data-name='dnn'] rect").dblclick()
        for name in ("hiddenlayer_0", "logits"):
            page.see(f"g.node[data-name='dnn/{name}']")
        page.picture("graphs")
        assert page.errors == []


def test_hyper_parameters_and_results_of_all_runs_are_a_table(window):
    with window("pre-made", "hparams") as page:
        for text in ("BinaryClassHead", "RegressionHead", "small", "large", "minutes"):
            page.see(f"tf-hparams-table-view :text('{text}')")
        page.picture("hparams")
        assert page.errors == []


def test_embeddings_are_points_with_words(window):
    with window("pre-made", "projector") as page:
        frame = page.page.frame_locator("iframe").frame_locator("iframe")
        frame.locator(".numDataPoints:text-is('100')").wait_for()
        frame.locator("paper-dropdown-menu").filter(visible=True).nth(1).click()
        frame.locator(f"paper-item:has-text('{len(programs.AIRPORTS)}x4')").click()
        frame.locator(f".numDataPoints:text-is('{len(programs.AIRPORTS)}')").wait_for()
        frame.locator("#labels3DMode").click()
        page.picture("projector")
        assert page.errors == []
