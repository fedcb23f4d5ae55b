"""File systems of a test's own, where the machine lets it mount some."""

import shutil
import subprocess


def may_mount():
    """Whether a process may have mounts of its own."""
    if not shutil.which("unshare"):
        return False
    command = ["unshare", "-Urm", "mount", "-t", "tmpfs", "none", "/mnt"]
    return subprocess.run(command, capture_output=True, check=False).returncode == 0
