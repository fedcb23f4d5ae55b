"""What a hook is, where the original defines it."""

from estimax.train import SessionRunArgs, SessionRunContext, SessionRunHook, SessionRunValues

__all__ = ["SessionRunArgs", "SessionRunContext", "SessionRunHook", "SessionRunValues"]
