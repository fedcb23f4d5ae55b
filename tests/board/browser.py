"""TensorBoard in a real browser: what stands on its pages, and pictures of them.

Its pages are web components whose shadow roots Playwright looks through. Each step waits
for what must be there, for as long as a busy machine may take.
"""

import contextlib
import io
import os
import pathlib
import re
import shutil
import subprocess
import sys
import time

import httpx
from PIL import Image

ROOT = pathlib.Path(__file__).parents[2]
PATIENCE_SECS = 120
CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
# The projector draws with WebGL, here in software; and a container has neither a sandbox nor a large /dev/shm.
FLAGS = ["--no-sandbox", "--disable-dev-shm-usage", "--use-angle=swiftshader", "--enable-unsafe-swiftshader"]
WINDOW = {"width": 1440, "height": 800}
MOST_PICTURES = 20  # of a page that never rests
PICTURES = pathlib.Path(os.environ.get("ESTIMAX_SCREENSHOTS") or ROOT / "build" / "screenshots")


@contextlib.contextmanager
def board(*folders):
    """Starts `estimax board` on folders; gives its URL once it has read them."""
    command = [sys.executable, "-m", "estimax", "board", *map(str, folders), "--port=0"]
    with subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, text=True) as process:
        try:
            url = re.search(r"http://\S+:\d+/", process.stdout.readline())[0]
            _wait_until_read(url, folders)
            yield url
        finally:
            process.terminate()


def _wait_until_read(url, folders):
    """Waits until TensorBoard has found every folder that holds event files, and no more tags appear."""
    events = [path.parent for folder in folders for path in pathlib.Path(folder).rglob("*tfevents*")]
    deadline = time.monotonic() + PATIENCE_SECS
    before = None
    with httpx.Client(base_url=url, timeout=PATIENCE_SECS) as client:
        while True:
            tags = client.get("data/plugin/scalars/tags").json()
            if len(tags) == len(set(events)) and tags == before:
                return
            assert time.monotonic() < deadline, f"TensorBoard shows {sorted(tags)} of {sorted(set(events))}"
            before = tags
            time.sleep(0.5)


@contextlib.contextmanager
def chromium(playwright):
    """Starts the browser."""
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=FLAGS)
    try:
        yield browser
    finally:
        browser.close()


class Page:
    """One dashboard in a window of its own.

    Args:
        browser: Playwright's.
        url: of TensorBoard.
        tab: the dashboard's name in the address.
    """

    def __init__(self, browser, url, tab):
        self.errors = []
        self._context = browser.new_context(viewport=WINDOW, device_scale_factor=1)
        self.page = self._context.new_page()
        self.page.set_default_timeout(PATIENCE_SECS * 1000)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("response", self._note)
        self.page.goto(f"{url}#{tab}")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._context.close()

    def _note(self, response):
        if response.status >= 400:
            self.errors.append(f"{response.status} {response.url}")

    def see(self, selector, **options):
        """Waits until the page shows something; returns its first place."""
        found = self.page.locator(selector, **options).filter(visible=True).first
        found.wait_for()
        return found

    def filter_tags(self, pattern):
        """Leaves only the tags that match."""
        self.see("tf-tag-filterer input, metrics-tag-filter input").fill(pattern)

    def picture(self, name, height=WINDOW["height"]):
        """Saves a picture of the window's upper part, with few colours, which makes it small."""
        PICTURES.mkdir(parents=True, exist_ok=True)
        taken = Image.open(io.BytesIO(self._at_rest(height)))
        reduced = taken.convert("RGB").quantize(96, dither=Image.Dither.NONE)
        reduced.save(PICTURES / f"{name}.png", optimize=True)

    def _at_rest(self, height):
        """Returns a picture once all is drawn, which no element tells of: the third of three that are the same."""
        clip = {"x": 0, "y": 0, "width": WINDOW["width"], "height": height}
        taken = [b"", b"", b""]
        for _ in range(MOST_PICTURES):
            self.page.wait_for_timeout(300)
            taken = [*taken[1:], self.page.screenshot(animations="disabled", clip=clip)]
            if len(set(taken)) == 1:
                break
        return taken[-1]
