"""What every test finds: JAX on two CPU devices, no cluster around it, and a scratch folder for the model.

The environment is set here, before anything can import JAX, which reads it once.
"""

import os
import pathlib

import pytest
from hypothesis import settings

_TWO_DEVICES = "--xla_force_host_platform_device_count=2"

os.environ.setdefault("JAX_PLATFORMS", "cpu")
os.environ.pop("TF_CONFIG", None)
# What is compiled in one test is kept for the others, and for the next run, in a folder of the checkout.
os.environ.setdefault("ESTIMAX_CACHE", str(pathlib.Path(__file__).parent.parent / ".cache"))
if "xla_force_host_platform_device_count" not in os.environ.get("XLA_FLAGS", ""):
    os.environ["XLA_FLAGS"] = f"{os.environ.get('XLA_FLAGS', '')} {_TWO_DEVICES}".strip()

# A busy machine is no failure; and what fails once on a submission must fail again for whoever looks into it.
settings.register_profile("here", deadline=None)
settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
settings.load_profile("ci" if os.environ.get("CI") else "here")


@pytest.fixture
def model_dir(tmp_path):
    """A folder for one model, empty, of this test alone."""
    folder = tmp_path / "model"
    folder.mkdir()
    return str(folder)


@pytest.fixture(autouse=True)
def _verbosity():
    """Gives the logger back the level that it had, whatever a test makes of it."""
    from estimax._base._logger import logger

    level = logger().level
    yield
    logger().setLevel(level)
