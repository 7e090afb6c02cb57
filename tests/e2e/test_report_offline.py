"""The report opened from disk in headless Chromium: no request leaves it, nothing goes wrong, the globe is drawn."""

import importlib.util
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from launchwatch.report.html import render_html

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
SAMPLE = Path(__file__).parents[1] / "unit" / "report" / "sample.py"

pytestmark = pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine; install the package `chromium`")


def browse(page, folder, *more):
    """DOM after loading, requests of the page, and what it logged; a proxy that refuses stands for a dead network."""
    log = folder / "net.json"
    done = subprocess.run(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run",
         "--disable-background-networking", "--disable-component-update", "--disable-sync", "--hide-scrollbars",
         f"--user-data-dir={folder / 'profile'}", "--proxy-server=127.0.0.1:9", "--enable-logging=stderr",
         f"--log-net-log={log}", "--virtual-time-budget=4000", *more, "--dump-dom", page.as_uri() + "#case-1"],
        capture_output=True, text=True, timeout=120, check=True,
    )  # fmt: skip
    text = log.read_text(encoding="utf-8")
    try:
        record = json.loads(text)
    except json.JSONDecodeError:  # a browser that is ended early leaves its log open
        record = json.loads(text.rstrip().rstrip(",") + "]}")
    kind = record["constants"]["logEventTypes"]["URL_REQUEST_START_JOB"]
    starts = [event.get("params", {}) for event in record["events"] if event["type"] == kind]
    # the browser's own errands (updates, time) have no page behind them
    requests = [one["url"] for one in starts if one.get("initiator", "not an origin") != "not an origin"]
    return done.stdout, requests, re.findall(r".*CONSOLE.*", done.stderr)


@pytest.fixture(scope="module")
def report(tmp_path_factory):
    spec = importlib.util.spec_from_file_location("report_sample", SAMPLE)
    sample = importlib.util.module_from_spec(spec)
    sys.modules["report_sample"] = sample
    spec.loader.exec_module(sample)
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(render_html(sample.joint_view()), encoding="utf-8")
    return path


def test_the_report_makes_no_request_and_logs_nothing(report, tmp_path):
    dom, requests, console = browse(report, tmp_path)
    assert requests == []
    assert console == []
    # the script ran: one case is shown, the globe tells its time, every figure can be saved
    assert dom.count('class="case away"') == 7
    assert re.search(r"<output>\d\d:\d\d</output>", dom)
    assert dom.count(">save as SVG</button>") == 32


def test_a_request_and_an_error_would_have_been_seen(tmp_path):
    page = tmp_path / "control.html"
    page.write_text("<img src='http://127.0.0.1:9/x.png'><script>throw new Error('seen')</script>", encoding="utf-8")
    _, requests, console = browse(page, tmp_path)
    assert requests == ["http://127.0.0.1:9/x.png"]
    assert any("seen" in line for line in console)


def test_the_globe_is_drawn(report, tmp_path):
    """Land, sea and flight are on the canvas: its pixels are written out by a script added after the page's own."""
    probe = """<script>
      const c = document.querySelector("#globe canvas");
      const d = c.getContext("2d").getImageData(0, 0, c.width, c.height).data;
      const seen = {};
      for (let i = 0; i < d.length; i += 4) {
        const key = d[i] + "," + d[i + 1] + "," + d[i + 2];
        seen[key] = (seen[key] || 0) + 1;
      }
      document.title = JSON.stringify(seen);
    </script>"""
    html = report.read_text(encoding="utf-8")
    html = re.sub(r'<meta http-equiv="Content-Security-Policy"[^>]*>', "", html).replace("</body>", probe + "</body>")
    page = tmp_path / "probed.html"
    page.write_text(html, encoding="utf-8")
    dom, _, _ = browse(page, tmp_path)
    seen = json.loads(re.search(r"<title>(.*?)</title>", dom)[1])
    land, sea, ink = seen["220,217,206"], seen["241,245,249"], seen["26,26,26"]
    disc = 3.14159 * (0.4 * 1000) ** 2  # canvas of 1000 pixels height
    # a view of the Arctic: a third to three fifths is land, and lines leave some of the disc uncounted
    assert 0.25 < land / disc < 0.65
    assert 0.8 < (land + sea) / disc <= 1.0
    assert ink > 500
