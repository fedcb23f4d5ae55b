"""TensorBoard's own plugins in this process, asked as a browser asks them."""

import json
import warnings

from werkzeug.test import Client

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # TensorBoard brings a library that deprecates itself
    from tensorboard.backend import application
    from tensorboard.backend.event_processing import data_provider, plugin_event_multiplexer
    from tensorboard.plugins import base_plugin
    from tensorboard.plugins.hparams.hparams_plugin import HParamsPlugin
    from tensorboard.plugins.projector.projector_plugin import ProjectorPlugin

EVERY_STATUS = ["STATUS_SUCCESS", "STATUS_FAILURE", "STATUS_RUNNING", "STATUS_UNKNOWN"]


class Plugins:
    """The plugins over a folder of runs, as it is now."""

    def __init__(self, logdir):
        runs = plugin_event_multiplexer.EventMultiplexer().AddRunsFromDirectory(str(logdir))
        runs.Reload()
        provider = data_provider.MultiplexerDataProvider(runs, str(logdir))
        context = base_plugin.TBContext(logdir=str(logdir), data_provider=provider, multiplexer=runs)
        self.client = Client(application.TensorBoardWSGI([ProjectorPlugin(context), HParamsPlugin(context)]))

    def projector(self, what, **query):
        answer = self.client.get(f"/data/plugin/projector/{what}", query_string=query)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return answer.get_data()

    def embeddings(self, run="."):
        return {e["tensorName"]: e for e in json.loads(self.projector("info", run=run))["embeddings"]}

    def hparams(self, what, **request):
        answer = self.client.post(f"/data/plugin/hparams/{what}", json=request)
        assert answer.status_code == 200, answer.get_data(as_text=True)
        return json.loads(answer.get_data())

    def sessions(self):
        """Returns of each run its hyper-parameters, its metrics by group and tag, and how it ended."""
        found = self.hparams("session_groups", startIndex=0, sliceSize=100, allowedStatuses=EVERY_STATUS, colParams=[])
        return {
            group["name"]: (
                group["hparams"],
                {(m["name"]["group"], m["name"]["tag"]): m["value"] for m in group["metricValues"]},
                group["sessions"][0]["status"],
            )
            for group in found["sessionGroups"]
        }
