"""Runs a command and says its peak memory in kilobytes on the error output."""

import resource
import subprocess
import sys

status = subprocess.run(sys.argv[1:], check=False).returncode
print("peak", resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr)
sys.exit(status)
