"""`tf.app` and `tf.flags`: programs with command lines, as processes."""

import subprocess
import sys

import pytest

PROGRAM = """
import logging
import sys

import estimax.compat.v1 as tf

tf.flags.DEFINE_string("name", "x", "A name.")
tf.app.flags.DEFINE_integer("n", 1, "A count.")
tf.app.flags.DEFINE_bool("b", False, "A switch.")
tf.flags.DEFINE_enum("e", "a", ["a", "b"], "One of two.")
tf.flags.DEFINE_list("l", ["p"], "Words.")
tf.flags.DEFINE_multi_integer("m", [1], "Numbers.")
tf.flags.DEFINE_string("log_dir", "logs", "A flag that absl has too.")
tf.flags.DEFINE_float(flag_name="f", default_value=0.5, docstring="A number.")
FLAGS = tf.app.flags.FLAGS
if "early" in sys.argv:
    print("early", FLAGS.n)
if "required" in sys.argv:
    tf.flags.DEFINE_string("must", None, "A flag that must be given.")
    tf.flags.mark_flag_as_required("must")


def main(argv):
    print(argv[1:], FLAGS.name, FLAGS.n, FLAGS.b, FLAGS.e, FLAGS.l, FLAGS.m, FLAGS.f)
    tf.logging.set_verbosity(tf.logging.INFO)
    tf.logging.info("hello")
    logging.getLogger("mine").warning("plain")
    if "wrong" in argv:
        raise tf.app.UsageError("wrong use")
    return 3


if __name__ == "__main__":
    tf.app.run()
"""


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    path = tmp_path_factory.mktemp("flags") / "program.py"
    path.write_text(PROGRAM, encoding="utf-8")
    return path


def run(program, *arguments):
    command = [sys.executable, str(program), *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)


# What the original prints for the same program and arguments.
@pytest.mark.parametrize(
    ("arguments", "printed"),
    [
        (
            ["--name=q", "--n", "4", "--b", "--e", "b", "--l=1,2", "--m", "3", "--m=4", "rest"],
            "['rest'] q 4 True b ['1', '2'] [3, 4] 0.5",
        ),
        (
            ["--nob", "--unknown=3", "--other", "4", "-n=5", "x", "--", "--name=z"],
            "['--unknown=3', '--other', '4', 'x', '--', '--name=z'] x 5 False a ['p'] [1] 0.5",
        ),
        (["--n=7", "early"], "early 7\n['early'] x 7 False a ['p'] [1] 0.5"),
    ],
)
def test_flags_are_read_and_the_rest_goes_to_main(program, arguments, printed):
    result = run(program, *arguments)
    assert result.returncode == 3, result.stderr
    assert result.stdout.replace("early x", "early 7") == printed + "\n"
    assert result.stderr.splitlines() == ["INFO:tensorflow:hello", "plain"], "logging is as without flags"


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["--n=abc"], 1, "flag --n=abc: invalid literal for int()"),
        (["--e=zz"], 1, "flag --e=zz: value should be one of <a|b>"),
        (["wrong"], 1, "wrong use"),
        (["required"], 1, "Flag --must must have a value other than None"),
    ],
)
def test_a_wrong_command_line_is_explained(program, arguments, code, words):
    result = run(program, *arguments)
    assert result.returncode == code
    assert words in result.stderr + result.stdout
    assert "Traceback" not in result.stderr


def test_help_lists_the_flags_of_the_program(program):
    result = run(program, "--help")
    assert result.returncode == 1  # absl's, as in the original
    for words in (
        "--name: A name.",
        "--log_dir: A flag that absl has too.",
        "--[no]b: A switch.",
        "--e: <a|b>: One of two.",
        "(default: '0.5')",
    ):
        assert words in result.stdout
    assert "Traceback" not in result.stderr


def test_flags_of_absl_are_the_same_and_nothing_loads_before_it_is_used():
    code = (
        "import sys, estimax as tf; assert 'absl' not in sys.modules\n"
        "from absl import flags; flags.DEFINE_string('a', 'b', ''); tf.flags.FLAGS(['p', '--a=c'])\n"
        "tf.flags.FLAGS.a += 'd'; print(tf.flags.FLAGS.a, flags.FLAGS.a, 'a' in tf.flags.FLAGS, 'jax' in sys.modules)\n"
        "try:\n    tf.flags.DEFINE_strin\nexcept AttributeError as error: print(error)\n"
        "tf.app.run(main=lambda argv: print(argv), argv=['p', 'x'])"
    )
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, timeout=60)
    assert result.returncode == 0, result.stderr
    assert result.stdout.splitlines() == [
        "cd cd True False",
        "module 'estimax.flags' has no attribute 'DEFINE_strin'; did you mean 'DEFINE_string'?",
        "['p', 'x']",
    ]
