"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const sections = [...document.querySelectorAll("section.case")];
  const mark = document.querySelector("p.mark").textContent;

  // Every figure can be taken away as a file of its own.
  for (const figure of document.querySelectorAll("figure[id^='figure-']")) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = "save as SVG";
    button.addEventListener("click", () => {
      const text = new XMLSerializer().serializeToString(figure.querySelector("svg"));
      save(new Blob([text], { type: "image/svg+xml" }), figure.id + ".svg");
    });
    figure.querySelector("figcaption").append(" ", button);
  }

  function save(blob, name) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(blob);
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  }

  // The globe: an orthographic view from straight above (view.lat, view.lon); x right, y up, z to the reader.
  const DEG = Math.PI / 180;
  const canvas = document.querySelector("#globe canvas");
  const pen = canvas.getContext("2d");
  const slider = document.querySelector("#globe input");
  const output = document.querySelector("#globe output");
  const play = document.querySelector("#globe .play");
  const view = { lat: 0, lon: 0, zoom: 1 };
  const land = data.land.map(unpack);
  let shown = data.cases[0];
  let turn = [];

  function unit(lon, lat) {
    const c = Math.cos(lat * DEG);
    return [c * Math.cos(lon * DEG), c * Math.sin(lon * DEG), Math.sin(lat * DEG)];
  }

  function unpack(steps) {
    const points = [];
    let lon = 0, lat = 0;
    for (let i = 0; i < steps.length; i += 2) {
      lon += steps[i];
      lat += steps[i + 1];
      points.push(unit(lon / 100, lat / 100));
    }
    return points;
  }

  function triples(flat) {
    const points = [];
    for (let i = 0; i < flat.length; i += 3) points.push([flat[i], flat[i + 1], flat[i + 2]]);
    return points;
  }

  for (const one of data.cases) {
    for (const flight of one.flights) flight.points = triples(flight.p);
    for (const sensor of one.sensors) sensor.rings = sensor.outlines.map(triples);
    for (const ellipse of one.ellipses) ellipse.points = triples(ellipse.ring);
  }

  function setTurn() {
    const [sl, cl] = [Math.sin(view.lon * DEG), Math.cos(view.lon * DEG)];
    const [sp, cp] = [Math.sin(view.lat * DEG), Math.cos(view.lat * DEG)];
    turn = [[-sl, cl, 0], [-sp * cl, -sp * sl, cp], [cp * cl, cp * sl, sp]];
  }

  const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
  const turned = (p) => [dot(turn[0], p), dot(turn[1], p), dot(turn[2], p)];
  const hidden = (q) => q[2] < 0 && q[0] * q[0] + q[1] * q[1] < 1;
  const radius = () => 0.4 * canvas.height * view.zoom;
  const place = (q) => [canvas.width / 2 + radius() * q[0], canvas.height / 2 - radius() * q[1]];

  // What lies on the far side is drawn in to the rim along its direction, which keeps the winding about every point
  // that is seen, unless the ring holds the point opposite the reader: then it turns around and the disc is added.
  function fillRings(rings, colour) {
    pen.beginPath();
    const [x0, y0] = place([0, 0]);
    for (const ring of rings) {
      const points = ring.map(turned);
      if (!points.some((q) => q[2] >= 0)) continue;
      let area = 0, before = null, first = null;
      const far = points.some((q) => q[2] < 0);
      for (const q of [...points, points[0]]) {
        const length = Math.hypot(q[0], q[1]) || 1;
        const at = q[2] < 0 ? [q[0] / length, q[1] / length] : q;
        const [x, y] = place(at);
        if (before === null) {
          pen.moveTo(x, y);
          first = at;
        } else if (q[2] < 0 && before.rim) {
          const [a, b] = [Math.atan2(-before.at[1], before.at[0]), Math.atan2(-at[1], at[0])];
          const sweep = Math.atan2(Math.sin(b - a), Math.cos(b - a));
          pen.arc(x0, y0, radius(), a, a + sweep, sweep < 0);
          area -= sweep;
        } else {
          pen.lineTo(x, y);
          area += before.at[0] * at[1] - before.at[1] * at[0];
        }
        before = { at, rim: q[2] < 0 };
      }
      if (far && area < 0) {
        pen.moveTo(x0 + radius(), y0);
        pen.arc(x0, y0, radius(), 0, 2 * Math.PI);
      }
    }
    pen.fillStyle = colour;
    pen.fill("evenodd");
  }

  function line(points, colour, width, far) {
    for (const side of far ? [true, false] : [false]) {
      pen.beginPath();
      let drawing = false;
      for (const point of points) {
        const q = turned(point);
        if (hidden(q) === side) {
          const [x, y] = place(q);
          drawing ? pen.lineTo(x, y) : pen.moveTo(x, y);
          drawing = true;
        } else drawing = false;
      }
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.globalAlpha = side ? 0.25 : 1;
      pen.stroke();
      pen.globalAlpha = 1;
    }
  }

  function at(flight, time) {
    const t = flight.t;
    if (time < t[0] || time > t[t.length - 1]) return null;
    let i = 1;
    while (t[i] < time) i += 1;
    const share = (time - t[i - 1]) / (t[i] - t[i - 1]);
    const mix = (a, b) => a + share * (b - a);
    return {
      index: i, height: mix(flight.h[i - 1], flight.h[i]),
      point: flight.points[i].map((value, k) => mix(flight.points[i - 1][k], value)),
    };
  }

  function label(text, q, colour) {
    const [x, y] = place(q);
    pen.font = "bold 25px sans-serif";
    pen.textAlign = "left";
    pen.lineWidth = 5;
    pen.strokeStyle = "#fff";
    pen.strokeText(text, x + 11, y + 9);
    pen.fillStyle = colour;
    pen.fillText(text, x + 11, y + 9);
  }

  function spot(q, size, fill, edge) {
    const [x, y] = place(q);
    pen.beginPath();
    pen.arc(x, y, size, 0, 2 * Math.PI);
    pen.fillStyle = fill;
    pen.fill();
    pen.lineWidth = 2;
    pen.strokeStyle = edge;
    pen.stroke();
  }

  function graticule() {
    for (let lon = -180; lon < 180; lon += 30) {
      line(Array.from({ length: 61 }, (_, i) => unit(lon, -90 + 3 * i)), "#d3dae2", 1.2, false);
    }
    for (let lat = -60; lat < 90; lat += 30) {
      line(Array.from({ length: 121 }, (_, i) => unit(3 * i, lat)), "#d3dae2", 1.2, false);
    }
  }

  function draw() {
    setTurn();
    const time = Number(slider.value);
    pen.fillStyle = "#fff";
    pen.fillRect(0, 0, canvas.width, canvas.height);
    const [x0, y0] = place([0, 0]);
    pen.beginPath();
    pen.arc(x0, y0, radius(), 0, 2 * Math.PI);
    pen.fillStyle = "#f1f5f9";
    pen.fill();
    graticule();
    fillRings(land, "#dcd9ce");
    pen.beginPath();
    pen.arc(x0, y0, radius(), 0, 2 * Math.PI);
    pen.lineWidth = 1.5;
    pen.strokeStyle = "#6b6b6b";
    pen.stroke();
    for (const sensor of shown.sensors) {
      const seeing = sensor.seen.some((spans) => spans.some(([from, until]) => from <= time && time <= until));
      for (const ring of sensor.rings) line(ring.concat([ring[0]]), seeing ? "#0072b2" : "#a9bccb", seeing ? 2.5 : 1, false);
    }
    for (const ellipse of shown.ellipses) {
      if (ellipse.from <= time && time < ellipse.until) line(ellipse.points, "#d55e00", 3, false);
    }
    const words = [];
    for (const [k, flight] of shown.flights.entries()) {
      line(flight.points, "#1a1a1a", 2, true);
      const now = at(flight, time);
      if (now) {
        for (const sensor of shown.sensors) {
          if (sensor.seen[k].some(([from, until]) => from <= time && time <= until)) {
            const steps = Array.from({ length: 60 }, (_, i) => now.point.map((v, j) => v + (i / 59) * (sensor.p[j] - v)));
            line(steps, "#009e73", 2, true);
          }
        }
        line(flight.points.slice(0, now.index).concat([now.point]), "#1a1a1a", 5, true);
        const q = turned(now.point);
        spot(q, 9, hidden(q) ? "#fff" : "#ffc20a", "#1a1a1a");
        words.push(`${Math.round(now.height).toLocaleString("en")} km high`);
      }
      const start = turned(flight.points[0]);
      if (!hidden(start)) spot(start, 7, "#fff", "#1a1a1a");
      const end = turned(flight.points[flight.points.length - 1]);
      if (flight.falls && !hidden(end)) spot(end, 7, "#d55e00", "#1a1a1a");
    }
    for (const sensor of shown.sensors) {
      const q = turned(sensor.p);
      if (hidden(q)) continue;
      const sees = sensor.seen.some((spans) => spans.length > 0);
      const colour = !sees ? "#7d8893" : sensor.kind === "radar" ? "#0072b2" : "#b34700";
      spot(q, 6, colour, "#fff");
      if (sees) label(String(sensor.n), q, colour);
    }
    const minutes = Math.floor(time / 60);
    output.textContent = `${String(minutes).padStart(2, "0")}:${String(Math.floor(time % 60)).padStart(2, "0")}`;
    pen.font = "26px sans-serif";
    pen.textAlign = "left";
    pen.fillStyle = "#1a1a1a";
    pen.fillText([shown.name, `${output.textContent} after lift-off`, ...words].join(", "), 16, 34);
    pen.textAlign = "right";
    pen.fillStyle = "#6b6b6b";
    pen.fillText(mark, canvas.width - 16, canvas.height - 16);
  }

  function showOnGlobe(index) {
    shown = data.cases[index];
    const points = shown.flights[0].points;
    const middle = points[Math.floor(points.length / 2)];
    view.lon = Math.atan2(middle[1], middle[0]) / DEG;
    view.lat = Math.max(-80, Math.min(80, Math.atan2(middle[2], Math.hypot(middle[0], middle[1])) / DEG - 12));
    slider.max = String(Math.floor(shown.end));
    // start where something is seen: in the middle of the longest line of sight
    const spans = shown.sensors.flatMap((sensor) => sensor.seen.flat());
    const [from, until] = spans.reduce((best, span) => (span[1] - span[0] > best[1] - best[0] ? span : best), [0, 0]);
    slider.value = String(Math.floor(until > from ? (from + until) / 2 : 0.4 * shown.end));
    draw();
  }

  let drag = null;
  canvas.addEventListener("pointerdown", (event) => {
    drag = [event.clientX, event.clientY, view.lon, view.lat];
    canvas.setPointerCapture(event.pointerId);
  });
  canvas.addEventListener("pointermove", (event) => {
    if (!drag) return;
    const scale = canvas.width / canvas.clientWidth / radius() / DEG;
    view.lon = drag[2] - (event.clientX - drag[0]) * scale;
    view.lat = Math.max(-90, Math.min(90, drag[3] + (event.clientY - drag[1]) * scale));
    draw();
  });
  for (const name of ["pointerup", "pointercancel"]) canvas.addEventListener(name, () => { drag = null; });
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    view.zoom = Math.max(0.3, Math.min(12, view.zoom * Math.exp(-event.deltaY / 600)));
    draw();
  }, { passive: false });
  slider.addEventListener("input", draw);

  let before = null;
  function tick(stamp) {
    if (play.textContent === "play") { before = null; return; }
    const step = before === null ? 0 : (stamp - before) / 1000 * Number(slider.max) / 30;
    if (before === null || step >= 1) {
      before = stamp;
      slider.value = String((Number(slider.value) + step) % Number(slider.max));
      draw();
    }
    requestAnimationFrame(tick);
  }
  play.addEventListener("click", () => {
    play.textContent = play.textContent === "play" ? "pause" : "play";
    if (play.textContent === "pause") requestAnimationFrame(tick);
  });
  document.querySelector("#globe .controls").hidden = false;

  // One case at a time; paper shows them all.
  const chooser = document.getElementById("chooser");
  const select = chooser.querySelector("select");
  function choose() {
    const all = select.value === "all";
    sections.forEach((section) => section.classList.toggle("away", !all && section.id !== select.value));
    showOnGlobe(all ? 0 : sections.findIndex((section) => section.id === select.value));
  }
  select.addEventListener("change", choose);
  for (const button of chooser.querySelectorAll("button")) {
    button.addEventListener("click", () => {
      const count = sections.length;
      select.selectedIndex = (Math.min(select.selectedIndex, count - 1) + Number(button.dataset.step) + count) % count;
      choose();
    });
  }
  chooser.hidden = sections.length < 2;
  const asked = sections.findIndex((section) => "#" + section.id === location.hash);
  if (asked >= 0) select.selectedIndex = asked;
  choose();
})();
