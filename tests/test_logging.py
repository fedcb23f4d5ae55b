import logging
import pathlib
import subprocess
import sys

import pytest

import estimax._base._logger
from estimax import logging as tf_logging
from estimax._base._errors import InvalidArgumentError

ROOT = pathlib.Path(estimax._base._logger.__file__).parents[2]


def run(code, *options):
    """Runs a program; returns what it wrote to standard output and standard error."""
    begin = "import logging\nfrom estimax import logging as log\n"
    found = subprocess.run(
        [sys.executable, *options, "-c", begin + code], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return found.stdout, found.stderr


@pytest.fixture
def shown(caplog):
    """The records that are shown at the level INFO."""
    before = tf_logging.get_verbosity()
    tf_logging.set_verbosity("INFO")
    yield caplog
    tf_logging.set_verbosity(before)


def test_lines_look_like_the_originals():
    assert run(
        "log.info('hidden')\n"
        "log.set_verbosity('DEBUG')\n"
        "log.debug('d'); log.info('hello %s', 1); log.warn('w'); log.warning('%d%%', 5)\n"
        "log.error('e'); log.fatal('f'); log.log(log.INFO, 'l'); log.vlog(1, 'hidden')\n"
        "log.flush()"
    ) == (
        "",
        "DEBUG:tensorflow:d\nINFO:tensorflow:hello 1\nWARNING:tensorflow:w\nWARNING:tensorflow:5%\n"
        "ERROR:tensorflow:e\nCRITICAL:tensorflow:f\nINFO:tensorflow:l\n",
    )


def test_where_a_person_types_informations_go_to_standard_output():
    assert run("import sys; sys.ps1 = '>>> '\nlog.info('hello'); log.debug('hidden')") == (
        "INFO:tensorflow:hello\n",
        "",
    )


def test_a_level_and_handlers_set_before_are_left_alone():
    out, err = run(
        "import sys\n"
        "mine = logging.getLogger('tensorflow')\n"
        "mine.addHandler(logging.StreamHandler(sys.stdout)); mine.setLevel(logging.ERROR)\n"
        "log.warning('hidden'); log.error('shown')"
    )
    assert (out, err) == ("shown\n", "")


def test_handlers_taken_away_or_replaced_later_stay_so():
    out, err = run(
        "import sys\n"
        "log.error('a')\n"
        "logging.getLogger('tensorflow').handlers = [logging.StreamHandler(sys.stdout)]\n"
        "log.error('b')"
    )
    assert (out, err) == ("b\n", "ERROR:tensorflow:a\n")


@pytest.mark.parametrize("first", ["", "log.error('a')\n"])
def test_a_record_is_shown_once_though_the_root_logger_shows_it_too(first):
    _, err = run(f"{first}logging.basicConfig(format='root %(message)s'); log.error('b')")
    assert err.splitlines()[-1:] == ["root b"]
    assert err.count("b") == 1


def test_the_stream_is_the_one_of_the_moment():
    assert run("import sys; log.error('a'); sys.stderr = sys.stdout; log.error('b')") == (
        "ERROR:tensorflow:b\n",
        "ERROR:tensorflow:a\n",
    )


@pytest.mark.parametrize(
    ("given", "level"), [("INFO", 20), ("warn", 30), ("WARNING", 30), ("FATAL", 50), (tf_logging.DEBUG, 10), (15, 15)]
)
def test_the_verbosity_is_set_by_name_or_number(shown, given, level):
    tf_logging.set_verbosity(given)
    assert tf_logging.get_verbosity() == level == logging.getLogger("tensorflow").level


@pytest.mark.parametrize("given", ["LOUD", None, 1.5])
def test_an_unknown_verbosity_is_refused(given):
    with pytest.raises(InvalidArgumentError, match="verbosity must be"):
        tf_logging.set_verbosity(given)


def test_a_record_names_the_line_that_asked_for_it(shown):
    tf_logging.info("a")
    tf_logging.log_every_n(tf_logging.INFO, "a", 1)
    assert {record.filename for record in shown.records} == {"test_logging.py"}


def test_some_calls_of_a_line_are_logged(shown):
    for i in range(5):
        tf_logging.log_every_n(tf_logging.INFO, "every %d", 2, i)
        tf_logging.log_first_n(tf_logging.INFO, "first %d", 2, i)
        tf_logging.log_if(tf_logging.INFO, "if %d", i == 3, i)
    assert [r.getMessage() for r in shown.records] == ["every 0", "first 0", "first 1", "every 2", "if 3", "every 4"]
