"""What a person feels: first frame, settled screen, key to echo - as ratios to the floor.

    python tests/bench/feel.py [--meter ../shared/bench/meter.py] [-n 7]

Runs the app and the floor in turn in real pseudo-terminals and prints both tables. It reports;
it does not judge, since a shared machine's clock is no test. What a test can judge, the modules
that the first screen loads, is judged in tests/test_house.py.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
METER = ROOT.parent / "shared" / "bench" / "meter.py"


def main() -> int:
    """Measure and print; 0 also where there is no meter."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--meter", type=Path, default=METER)
    parser.add_argument("-n", "--runs", default="7")
    parser.add_argument("--size", default="120x40")
    asked = parser.parse_args()
    if not asked.meter.is_file():
        print(f"No meter at {asked.meter}; nothing was measured.")
        return 0
    python = sys.executable
    floor = f"floor={python} {ROOT / 'tests/bench/floor.py'}"
    common = ["-n", asked.runs, "--size", asked.size]
    with tempfile.TemporaryDirectory() as folder:
        home = [f"--env={name}={folder}" for name in ("DEBRIEF_CONFIG", "DEBRIEF_STATE")]
        cases = [
            ("start", f"home={python} -m debrief --workspace {folder}/workspace", home),
            ("latency", f"round={python} -m debrief demo", ["--samples", "80"]),
        ]
        for mode, case, extra in cases:
            print(f"\n{mode}, {asked.size}, medians of {asked.runs}", flush=True)
            command = [python, str(asked.meter), "compare", "--mode", mode, *common, *extra]
            done = subprocess.run(
                [*command, "--case", floor, "--case", case], cwd=ROOT, check=False
            )
            if done.returncode:
                return done.returncode
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
