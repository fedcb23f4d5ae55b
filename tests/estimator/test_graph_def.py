"""The graph that TensorBoard shows of a model: laws over a table of models of every kind."""

from __future__ import annotations

import pathlib
import re
from collections.abc import Iterator
from contextlib import nullcontext
from typing import Any

import jax
import jax.numpy as jnp
import numpy as np
import pytest
from tensorboardX.proto.graph_pb2 import GraphDef

import estimax as tf
from estimax.estimator._graph_def import graph_def, graph_event
from estimax.estimator._inputs import open_input
from estimax.train._step import TrainStep
from tests.estimator.graph_def_programs import PROGRAMS, input_of

UPDATES = {"Assign", "AssignAdd", "AssignSub", "ScatterSub"}


def graph_of(estimator: Any, input_fn: Any) -> GraphDef:
    given = open_input(input_fn, "train", estimator.params, estimator.config, repeats=True)
    traced = estimator.model.traced("train", given)
    step = TrainStep(traced.program, lambda c: jnp.asarray(c.result.loss).reshape(()), lambda c: c.result.train_ops)
    return graph_def(traced, step)


@pytest.fixture(scope="module")
def graphs(tmp_path_factory: Any) -> dict[str, tuple[Any, GraphDef]]:
    made = {}
    for name, program in PROGRAMS.items():
        estimator = program.make(str(tmp_path_factory.mktemp("model")))
        made[name] = (estimator, graph_of(estimator, input_of(program)))
    return made


@pytest.fixture(params=sorted(PROGRAMS))
def name(request: Any) -> str:
    return request.param


@pytest.fixture
def graph(graphs: Any, name: str) -> GraphDef:
    return graphs[name][1]


def shapes(node: Any) -> list[list[int]]:
    return [[dim.size for dim in shape.dim] for shape in node.attr["_output_shapes"].list.shape]


def read_names(node: Any) -> list[str]:
    return [reference.lstrip("^").partition(":")[0] for reference in node.input]


def test_names_are_valid_and_there_once(graph: GraphDef) -> None:
    names = [node.name for node in graph.node]
    assert len(set(names)) == len(names)
    assert all(re.fullmatch(r"[A-Za-z0-9.][A-Za-z0-9_.\\/-]*", n) and "//" not in n for n in names)
    scopes = {n.rpartition("/")[0] for n in names}
    scopes |= {"/".join(s.split("/")[:i]) for s in scopes for i in range(1, s.count("/") + 1)}
    assert not scopes.intersection(names)


def test_inputs_exist_with_as_many_results(graph: GraphDef) -> None:
    results = {node.name: len(shapes(node)) for node in graph.node}
    for node in graph.node:
        for reference in node.input:
            source, _, number = reference.partition(":")
            assert int(number or 0) < results[source]
        assert len(set(node.input)) == len(node.input)


def test_nodes_stand_after_those_that_they_read(graph: GraphDef) -> None:
    known: set[str] = set()
    for node in graph.node:
        assert known.issuperset(read_names(node))
        known.add(node.name)


def test_the_outermost_level_is_what_a_reader_expects(name: str, graph: GraphDef) -> None:
    assert {node.name.split("/")[0] for node in graph.node} == PROGRAMS[name].scopes
    assert len(PROGRAMS[name].scopes) <= 13


def test_layers_columns_and_losses_are_nodes(name: str, graph: GraphDef) -> None:
    assert PROGRAMS[name].nodes <= {node.name for node in graph.node}


def test_every_trainable_variable_is_there_with_its_gradient_and_update(name: str, graphs: Any) -> None:
    estimator, graph = graphs[name]
    (traced,) = estimator.model._traced.values()
    nodes = {node.name: node for node in graph.node}
    update_of = {node.input[0]: node for node in graph.node if node.op in UPDATES}
    for variable, spec in traced.program.specs.items():
        if not spec.is_trainable:
            continue
        node = nodes.get(variable) or nodes[f"{variable}/{variable.rpartition('/')[2]}"]
        assert node.op == "VariableV2"
        assert shapes(node) == [list(spec.shape)]
        assert node.attr["trainable"].b
        assert node.attr["initializer"].s
        gradient = nodes[update_of[node.name].input[1]]
        assert gradient.name == f"training/gradients/{variable}"
        assert gradient.input[0] == node.name
    assert nodes["training/global_step_increment"].input == ["global_step"]


def test_every_placeholder_leads_to_training(graph: GraphDef) -> None:
    needed = {n for node in graph.node for n in read_names(node)}
    final = [n for n in graph.node if n.name not in needed]
    assert {n.name.split("/")[0] for n in final if n.op not in UPDATES} <= {"head", "probabilities"}
    assert all(node.name in needed for node in graph.node if node.op == "Placeholder")


def test_the_size_of_a_batch_is_not_known(graph: GraphDef) -> None:
    sizes = [size for node in graph.node for shape in shapes(node) for size in shape]
    assert max(sizes) < 1009
    assert all(shapes(node)[0][0] == -1 for node in graph.node if node.op == "Placeholder")


def test_a_size_of_all_batches_is_shown(tmp_path: pathlib.Path) -> None:
    program = PROGRAMS["one array"]
    graph = graph_of(program.make(str(tmp_path)), input_of(program, 6, drop_remainder=True))
    assert {node.name: shapes(node) for node in graph.node}["dense/MatMul"] == [[6, 3]]


def test_two_runs_have_the_same_graph(name: str, graph: GraphDef, tmp_path: pathlib.Path) -> None:
    program = PROGRAMS[name]
    again = graph_of(program.make(str(tmp_path)), input_of(program))
    assert [n.SerializeToString(deterministic=True) for n in again.node] == [
        n.SerializeToString(deterministic=True) for n in graph.node
    ]


def test_nodes_tell_what_they_were_made_with(graphs: Any) -> None:
    nodes = {node.name: node for node in graphs["combined"][1].node}
    assert nodes["features/town/Vocabulary"].attr["vocabulary_size"].i == 3
    assert list(nodes["features/town/Vocabulary"].attr["vocabulary"].list.s) == [b"Bern", b"Basel", b"Chur"]
    assert list(nodes["features/rooms/Bucketize"].attr["boundaries"].list.f) == [2, 3, 4]
    assert nodes["features/street/HashBucket"].attr["buckets"].i == 50
    assert nodes["features/area/Sub"].attr["constant"].f == 100
    assert nodes["dnn/hiddenlayer_0/kernel"].attr["initializer"].s == b"VarianceScaling"
    assert nodes["features/town/town"].attr["dtype"].type == 7  # DT_STRING
    update = nodes["training/Adagrad/dnn/hiddenlayer_0/kernel"]
    assert update.attr["learning_rate"].f == pytest.approx(0.001)
    assert list(update.attr["slots"].list.s) == [b"training/Adagrad/dnn/hiddenlayer_0/kernel/accumulator"]


def test_a_loop_is_drawn_as_one_turn_of_it(graphs: Any) -> None:
    ops = [node.op for node in graphs["recurrent"][1].node if node.name.startswith("rnn/loop/")]
    assert {op: ops.count(op) for op in set(ops)} == {
        **{"LoopState": 2, "ConcatV2": 1, "MatMul": 1, "BiasAdd": 1, "Split": 1, "Stack": 1},
        **{"Sigmoid": 3, "Tanh": 2, "Mul": 3, "Add": 2},
    }


def test_a_training_run_writes_the_graph_that_tensorboard_reads(tmp_path: pathlib.Path) -> None:
    accumulators = pytest.importorskip("tensorboard.backend.event_processing.event_accumulator")
    program = PROGRAMS["combined"]
    estimator = program.make(str(tmp_path))
    estimator.train(input_of(program), steps=2)
    found = accumulators.EventAccumulator(str(tmp_path)).Reload().Graph()
    assert {node.name.split("/")[0] for node in found.node} == program.scopes
    assert (tmp_path / "graph.json").exists()


@pytest.fixture
def eagerly() -> Iterator[None]:
    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def test_a_model_that_runs_eagerly_has_no_graph(eagerly: None, tmp_path: pathlib.Path) -> None:
    program = PROGRAMS["one array"]
    assert not graph_of(program.make(str(tmp_path)), input_of(program)).node


def test_the_event_holds_the_graph(graph: GraphDef) -> None:
    assert GraphDef.FromString(graph_event(graph).graph_def) == graph


def test_scopes_change_no_number(tmp_path: pathlib.Path, monkeypatch: Any) -> None:
    def trained(folder: str) -> dict[str, np.ndarray]:
        program = PROGRAMS["recurrent"]
        config = tf.estimator.RunConfig(tf_random_seed=1)
        estimator = tf.estimator.Estimator(program.make(folder).model.model_fn, folder, config)
        estimator.train(input_of(program), steps=5)
        return {name: estimator.get_variable_value(name) for name in estimator.get_variable_names()}

    with_scopes = trained(str(tmp_path / "with"))
    monkeypatch.setattr(jax, "named_scope", lambda name: nullcontext())
    without = trained(str(tmp_path / "without"))
    assert with_scopes.keys() == without.keys()
    assert all((with_scopes[name] == without[name]).all() for name in without)


def test_equations_carry_scopes_into_profiles() -> None:
    def model_fn(x: Any) -> Any:
        with tf.variable_scope("tower"), tf.name_scope("inner"), tf.name_scope("tower/other/"):
            return x * 2.0

    from estimax._scope._frame import Frame, entered

    def traced(x: Any) -> Any:
        with entered(Frame({})):
            return model_fn(x)

    (equation,) = jax.make_jaxpr(traced)(1.0).eqns
    assert str(equation.source_info.name_stack) == "tower/inner/tower/other"


def test_a_model_that_no_step_trains_is_drawn_without_training(tmp_path: pathlib.Path) -> None:
    price = tf.feature_column.bucketized_column(tf.feature_column.numeric_column("area"), [50, 100])
    estimator = tf.estimator.BoostedTreesClassifier([price], 1, model_dir=str(tmp_path), n_trees=2, max_depth=2)
    given = open_input(input_of(PROGRAMS["combined"]), "eval", estimator.params, estimator.config, repeats=False)
    names = {node.name for node in graph_def(estimator.model.traced("eval", given)).node}
    assert {n.split("/")[0] for n in names} >= {"features", "boosted_trees", "head", "labels"}
    assert not any(n.startswith("training/") for n in names)
