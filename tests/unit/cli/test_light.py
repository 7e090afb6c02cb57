"""The door is light: help comes at once, and nothing that computes is imported for it."""

import subprocess
import sys
import time

import pytest

HEAVY = ("numpy", "scipy", "numba", "matplotlib", "plotly", "pyarrow", "sgp4", "jinja2")
ASK = """
import sys
from launchwatch.cli.main import main
sys.argv[1:] = {arguments!r}
try:
    main()
except SystemExit as end:
    assert not end.code
print("imported:", *[name for name in {heavy!r} if name in sys.modules])
"""


@pytest.mark.parametrize("arguments", [["--help"], ["run", "--help"], ["catalog", "--help"]])
def test_help_imports_nothing_that_computes(arguments: list[str]) -> None:
    code = ASK.format(arguments=arguments, heavy=HEAVY)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "imported:"


def test_help_is_quick() -> None:
    # 0.3 s is the aim on a free machine; 3 s leaves room for one that is shared, and still finds a heavy import.
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", ASK.format(arguments=["--help"], heavy=())], capture_output=True, check=True)
    assert time.perf_counter() - begun < 3.0
