"""The modules of the original in which hooks are defined."""

from estimax.python.training import basic_session_run_hooks, session_run_hook

__all__ = ["basic_session_run_hooks", "session_run_hook"]
