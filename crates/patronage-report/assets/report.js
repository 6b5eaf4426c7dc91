/* Charts in the colours of the theme, tables that sort and filter, and the search for a customer. No request leaves the page. */
(() => {
  "use strict";
  const root = document.documentElement;
  // Pieces may stand in a page that does not say its language.
  const language = root.lang || undefined, chinese = root.lang.startsWith("zh");
  const parsed = (id) => JSON.parse(document.getElementById(id)?.textContent ?? "null");
  const words = parsed("words");
  const element = (name, attributes, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
    made.append(...children);
    return made;
  };

  // Long parts of the page are compressed.
  const able = "DecompressionStream" in window;
  const unable = document.getElementById("unable");
  if (!able && unable) unable.hidden = false;
  const unpacked = async (id) => {
    const letters = document.getElementById(id)?.textContent;
    if (!letters || !able) return null;
    const packed = atob(letters), bytes = new Uint8Array(packed.length);
    for (let at = 0; at < packed.length; at += 1) bytes[at] = packed.charCodeAt(at);
    return new Response(new Blob([bytes]).stream().pipeThrough(new DecompressionStream("gzip"))).text();
  };

  // Theme: the system's, until the reader chooses.
  const dark = window.matchMedia("(prefers-color-scheme: dark)");
  let chosen = null;
  const paintTheme = (theme) => { root.dataset.theme = theme; };
  const theme = () => chosen ?? (dark.matches ? "dark" : "light");
  paintTheme(theme());

  // Charts.
  const plots = [...document.querySelectorAll(".plot")];
  const figures = new Map(plots.map((plot) => [plot, JSON.parse(plot.nextElementSibling.textContent)]));
  const color = (name) => getComputedStyle(root).getPropertyValue(name).trim();
  const painted = (value, key) => {
    if (typeof value === "string") return (key === "color" || key === "colorscale") && value.startsWith("--") ? color(value) : value;
    if (Array.isArray(value)) return value.map((item) => painted(item, key));
    if (value && typeof value === "object") return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, painted(item, name)]));
    return value;
  };
  const figureOf = (plot, width) => {
    const figure = painted(figures.get(plot));
    const ink = color("--ink"), grid = color("--line"), family = getComputedStyle(document.body).fontFamily;
    const narrow = (width ?? plot.clientWidth) < 520;
    const layout = Object.assign(figure.layout, {
      autosize: true,
      width,
      height: Number(plot.dataset.height),
      margin: { l: 8, r: 12, t: figure.layout.shapes ? 44 : 30, b: 8 },
      font: { family, size: narrow ? 11 : 13, color: ink },
      paper_bgcolor: "rgba(0,0,0,0)",
      plot_bgcolor: "rgba(0,0,0,0)",
      hoverlabel: { bgcolor: color("--paper-2"), bordercolor: grid, font: { color: ink, family } },
      legend: { orientation: "h", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom", traceorder: "reversed" },
      dragmode: false,
      bargap: 0.25,
      showlegend: figure.data.length > 1,
    });
    // Words over lines that stand close are put on two levels.
    const step = ((width ?? plot.clientWidth) - 80) / Math.max(figure.data[0]?.x?.length ?? 1, 1);
    (layout.annotations ?? []).forEach((mark, at, marks) => {
      const before = marks[at - 1];
      if (layout.xaxis?.type === "category" && before && !before.yshift && Math.abs(mark.x - before.x) * step < 34) mark.yshift = 12;
    });
    if (layout.shapes && layout.showlegend) Object.assign(layout.legend, { y: -0.2, yanchor: "top" });
    if (figure.data[0]?.orientation !== "h") layout.legend.traceorder = "normal";
    for (const name of ["xaxis", "yaxis"]) {
      const axis = layout[name];
      if (!axis) continue;
      const names = axis.type === "category";
      Object.assign(axis, { gridcolor: grid, zerolinecolor: grid, linecolor: grid, showgrid: !names, automargin: true, fixedrange: true });
      // Thousands of thousands are no Chinese unit.
      if (chinese) axis.exponentformat = "none";
      // Names stand upright, so many as there is room for.
      if (names && name === "xaxis") {
        const longest = Math.max(...figure.data.flatMap((trace) => trace.x ?? []).map((x) => String(x).length), 1);
        const room = Math.floor(((width ?? plot.clientWidth) - 80) / (longest * (narrow ? 6.5 : 7.5) + 12));
        Object.assign(axis, { tickangle: 0, nticks: Math.max(room, 2) });
      }
      if (axis.title && typeof axis.title === "object") axis.title.standoff = 12;
    }
    for (const trace of figure.data) if (trace.type === "heatmap") {
      if (narrow) trace.showscale = false;
      if (chinese) trace.colorbar.exponentformat = "none";
    }
    return [figure.data, layout, { responsive: true, displaylogo: false, displayModeBar: false, locale: "en" }];
  };
  const drawn = new Set();
  let done = 0;
  const draw = async (plot) => {
    if (drawn.has(plot)) return;
    drawn.add(plot);
    try {
      await Plotly.newPlot(plot, ...figureOf(plot));
      plot.dataset.drawn = "yes";
    } finally {
      done += 1;
      if (done === plots.length) root.dataset.charts = "drawn";
    }
  };
  // What is seen first is drawn first; the rest follows when the browser has nothing better to do.
  const seen = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) { seen.unobserve(entry.target); draw(entry.target); }
  }, { rootMargin: "400px" });
  // To run the library of the charts takes a second in which the page answers nobody: it waits for the first chart to be seen, or for a
  // reader who neither searches nor has a card open.
  const search = document.getElementById("search"), dialog = document.getElementById("customer");
  let busy = 0;
  for (const begun of ["focus", "input"]) search?.addEventListener(begun, () => { busy = performance.now(); });
  const calm = async () => {
    while (dialog?.open || performance.now() - busy < 1500) await new Promise((resolve) => setTimeout(resolve, 200));
  };
  const later = window.requestIdleCallback ?? ((work) => setTimeout(work, 50));
  const drawRest = () => {
    const next = plots.find((plot) => !drawn.has(plot));
    if (next) calm().then(() => draw(next)).finally(() => later(drawRest));
  };
  let library = null;
  const run = () => {
    if (!library || window.Plotly) return;
    document.body.append(Object.assign(document.createElement("script"), { textContent: library }));
    plots.forEach((plot) => seen.observe(plot));
    later(drawRest);
  };
  const begin = async () => {
    library = plots.length ? await unpacked("plotly") : null;
    if (!library) { root.dataset.charts = "drawn"; return; }
    const first = new IntersectionObserver((entries) => {
      if (entries.some((entry) => entry.isIntersecting)) { first.disconnect(); run(); }
    });
    plots.forEach((plot) => first.observe(plot));
    busy = Math.max(busy, performance.now());
    calm().then(run);
  };
  const redraw = () => { for (const plot of drawn) Plotly.react(plot, ...figureOf(plot)); };
  const retheme = () => { paintTheme(theme()); redraw(); };
  dark.addEventListener("change", retheme);
  document.getElementById("theme")?.addEventListener("click", () => {
    chosen = theme() === "dark" ? "light" : "dark";
    retheme();
  });
  window.addEventListener("beforeprint", () => {
    paintTheme("light");
    run();
    // Without the library the numbers of the charts are printed in their place.
    root.classList.toggle("chartless", !window.Plotly);
    if (!window.Plotly) { for (const chart of document.querySelectorAll("figure details")) chart.open = true; return; }
    // Drawn anew rather than changed: flows would still be on their way when the paper is printed.
    for (const plot of plots) { drawn.add(plot); Plotly.newPlot(plot, ...figureOf(plot, 680)); plot.dataset.drawn = "yes"; }
    root.dataset.charts = "drawn";
  });
  window.addEventListener("afterprint", retheme);

  // Tables.
  const MANY = 25;
  const collator = new Intl.Collator(language, { numeric: true, sensitivity: "base" });
  for (const box of document.querySelectorAll(".tablebox")) {
    const body = box.querySelector("tbody"), rows = [...body.rows], tools = box.querySelector(".tools");
    let wanted = "", all = rows.length <= MANY;
    const said = element("span", { class: "count", "aria-live": "polite" });
    const more = element("button", { type: "button" });
    const show = () => {
      let shown = 0, hits = 0;
      for (const row of body.rows) {
        const hit = !wanted || row.textContent.toLowerCase().includes(wanted);
        if (hit) hits += 1;
        row.hidden = !hit || (!all && !wanted && hits > MANY);
        if (!row.hidden) shown += 1;
      }
      said.textContent = words.rows.replace("{shown}", shown).replace("{all}", rows.length);
      more.hidden = rows.length <= MANY || Boolean(wanted);
      more.textContent = all ? words.fewer : words.more;
    };
    if (rows.length > 8) {
      const filter = element("input", { type: "search", placeholder: words.filter, "aria-label": words.filter });
      filter.addEventListener("input", () => { wanted = filter.value.trim().toLowerCase(); show(); });
      more.addEventListener("click", () => { all = !all; show(); });
      tools.append(filter, said, more);
      show();
    }
    const heads = [...box.querySelectorAll("thead th")];
    heads.forEach((head, at) => head.querySelector("button").addEventListener("click", () => {
      const numeric = head.classList.contains("n");
      const down = head.getAttribute("aria-sort") ? head.getAttribute("aria-sort") === "ascending" : numeric;
      heads.forEach((other) => other.removeAttribute("aria-sort"));
      head.setAttribute("aria-sort", down ? "descending" : "ascending");
      const sign = down ? -1 : 1;
      const value = (row) => { const cell = row.cells[at].dataset.v; return cell === undefined ? null : Number(cell); };
      const order = [...body.rows].sort((a, b) => {
        if (!numeric) return sign * collator.compare(a.cells[at].textContent, b.cells[at].textContent);
        const [one, other] = [value(a), value(b)];
        // Cells without a number stay below, whichever way.
        return one === null ? (other === null ? 0 : 1) : other === null ? -1 : sign * (one - other);
      });
      body.append(...order);
      show();
    }));
  }

  // Where the reader is.
  const links = new Map([...document.querySelectorAll("nav a")].map((link) => [link.hash.slice(1), link]));
  const place = new IntersectionObserver((entries) => {
    for (const entry of entries) if (entry.isIntersecting) {
      links.forEach((link) => link.removeAttribute("aria-current"));
      links.get(entry.target.id)?.setAttribute("aria-current", "true");
    }
  }, { rootMargin: "-10% 0px -80% 0px" });
  document.querySelectorAll("main section").forEach((section) => place.observe(section));

  // Customers: columns of values, texts by their place in a list of words.
  const searchable = (customers) => {
    const columns = new Map(customers.map((column) => [column.name, column]));
    const ids = columns.get("customer_id").values;
    const written = (kind, value) => {
      const number = (places) => new Intl.NumberFormat(language, { minimumFractionDigits: places, maximumFractionDigits: places }).format(value);
      switch (kind) {
        case "percent": return new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 }).format(value);
        case "money": return number(Math.abs(value) >= 10000 || Number.isInteger(value) ? 0 : 2);
        case "number": return number(Number.isInteger(value) ? 0 : 2);
        default: return String(value);
      }
    };
    const text = (column, row) => {
      const value = column?.values[row] ?? null;
      return value === null ? null : column.words ? column.words[value] : written(column.kind, value);
    };
    const part = (title, ...children) => [element("h3", {}, title), ...children];
    const listed = (lines) => element("ul", {}, ...lines.map((line) => element("li", {}, line)));

    // Values, with the interval where there is one.
    const facts = (row) => {
      const list = element("dl", { class: "facts" });
      for (const column of customers) {
        const { name } = column, value = text(column, row);
        if (name === "customer_id" || name === "reason" || value === null || /_(low|high)$/.test(name)) continue;
        const [low, high] = ["_low", "_high"].map((end) => text(columns.get(name + end), row));
        const fact = element("div", {}, element("dt", {}, column.label), element("dd", { class: "value", "data-column": name }, value));
        if (low !== null && high !== null) fact.append(element("dd", { class: "note" }, words.interval.replace("{low}", low).replace("{high}", high)));
        list.append(fact);
      }
      return list;
    };
    // Money by period as bars, and all of it as a table.
    const svg = (name, attributes, ...children) => {
      const made = document.createElementNS("http://www.w3.org/2000/svg", name);
      for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
      made.append(...children);
      return made;
    };
    const history = (periods, own) => {
      if (!own) return [];
      const most = Math.max(...own.map(([, , money]) => Math.abs(money)), 1e-9), step = 600 / periods.length;
      const label = (period, orders, money) => words.bought.replace("{period}", periods[period]).replace("{orders}", written("number", orders)).replace("{money}", written("money", money));
      const bars = own.map(([period, orders, money]) => {
        const height = Math.max(Math.abs(money) / most * 84, 1.5);
        return svg("rect", { x: period * step + step * 0.1, y: money < 0 ? 88 : 88 - height, width: step * 0.8, height: money < 0 ? Math.min(height, 12) : height, class: money < 0 ? "less" : "" },
          svg("title", {}, label(period, orders, money)));
      });
      const line = svg("line", { x1: 0, x2: 600, y1: 88, y2: 88 });
      const chart = svg("svg", { viewBox: "0 0 600 100", preserveAspectRatio: "none", class: "history", role: "img", "aria-label": own.map((cell) => label(...cell)).join("; ") }, line, ...bars);
      const ends = element("p", { class: "ends" }, element("span", {}, periods[0]), element("span", {}, periods[periods.length - 1]));
      const table = element("table", {}, element("thead", {}, element("tr", {}, ...words.history_columns.map((name, at) => element("th", { scope: "col", class: at ? "n" : "" }, name)))),
        element("tbody", {}, ...[...own].reverse().map(([period, orders, money]) =>
          element("tr", {}, element("th", { scope: "row" }, periods[period]), element("td", { class: "n" }, written("number", orders)), element("td", { class: "n" }, written("money", money))))));
      return part(words.history, chart, ends, element("details", {}, element("summary", {}, words.numbers), table));
    };

    const found = document.getElementById("found");
    const close = () => { found.hidden = true; search.setAttribute("aria-expanded", "false"); search.removeAttribute("aria-activedescendant"); };
    // History and moves follow the columns; nobody has asked for them before.
    const beside = unpacked("beside").then(JSON.parse);
    let asked = null;
    const open = async (row) => {
      close();
      asked = row;
      delete dialog.dataset.whole;
      const why = text(columns.get("reason"), row);
      const shut = element("button", { type: "button", class: "close" }, words.close);
      shut.addEventListener("click", () => dialog.close());
      dialog.replaceChildren(shut, element("h2", { id: "customer-name", dir: "auto" }, ids[row]), facts(row));
      dialog.setAttribute("aria-labelledby", "customer-name");
      if (!dialog.open) dialog.showModal();
      dialog.scrollTop = 0;
      const { moves, contact, compared, changes, periods, history: histories } = await beside;
      if (asked !== row) return;
      dialog.append(...history(periods, histories[row]));
      if (contact[row]) dialog.append(...part(words.contact, element("p", {}, contact[row])));
      const changed = (changes[row] ?? []).map(([what, from, to]) => `${what}: ${from} → ${to}`);
      if (compared) dialog.append(...part(words.changes, listed(changed.length ? changed : [words.unchanged])));
      if (why) dialog.append(...part(words.why, element("p", { class: "why" }, why)));
      if (moves[row]?.length) dialog.append(...part(words.moves, listed(moves[row])));
      dialog.dataset.whole = "yes";
    };
    let lowered = null;
    // Exact first, then those that begin so, then those that hold it.
    const lookUp = (query) => {
      if (!lowered) lowered = ids.map((id) => id.toLowerCase());
      const wanted = query.trim().toLowerCase(), exact = [], begins = [], holds = [];
      if (!wanted) return [];
      for (let row = 0; row < lowered.length; row += 1) {
        const at = lowered[row].indexOf(wanted);
        if (at < 0) continue;
        (lowered[row].length === wanted.length ? exact : at === 0 ? begins : holds).push(row);
        if (begins.length >= 10 && exact.length) break;
      }
      return [...exact, ...begins, ...holds].slice(0, 10);
    };
    const list = () => {
      const rows = lookUp(search.value), segment = columns.get("segment");
      found.replaceChildren(...rows.map((row, at) => {
        const item = element("li", { role: "option", id: `found-${at}`, "data-row": row, "aria-selected": "false" });
        item.append(element("bdi", {}, ids[row].slice(0, 80)), element("span", {}, text(segment, row) ?? ""));
        item.addEventListener("mousedown", (event) => { event.preventDefault(); open(row); });
        return item;
      }));
      if (!rows.length && search.value.trim()) found.append(element("li", { class: "none", role: "option", "aria-disabled": "true" }, words.nobody));
      found.hidden = !found.children.length;
      search.setAttribute("aria-expanded", String(!found.hidden));
    };
    search.addEventListener("input", list);
    search.addEventListener("blur", close);
    search.addEventListener("keydown", (event) => {
      const items = [...found.querySelectorAll("[data-row]")], at = items.findIndex((item) => item.getAttribute("aria-selected") === "true");
      if (event.key === "Escape") { close(); return; }
      // The key that opens the card must not press its first button too.
      if (event.key === "Enter") { const item = items[Math.max(at, 0)]; event.preventDefault(); if (item && !found.hidden) open(Number(item.dataset.row)); return; }
      if (event.key !== "ArrowDown" && event.key !== "ArrowUp" || !items.length) return;
      event.preventDefault();
      if (found.hidden) { list(); return; }
      const next = (at + (event.key === "ArrowDown" ? 1 : items.length - (at < 0 ? 0 : 1))) % items.length;
      items.forEach((item, place) => item.setAttribute("aria-selected", String(place === next)));
      search.setAttribute("aria-activedescendant", items[next].id);
    });
    const places = new Map();
    for (const button of document.querySelectorAll("button[data-customer]")) places.set(button.dataset.customer, -1);
    if (places.size) ids.forEach((id, row) => { if (places.has(id)) places.set(id, row); });
    for (const button of document.querySelectorAll("button[data-customer]")) {
      const row = places.get(button.dataset.customer);
      if (row < 0) button.replaceWith(...button.childNodes); else button.addEventListener("click", () => open(row));
    }
    // What was typed before.
    if (search.value) list();
    root.dataset.customers = "ready";
  };
  // The search first, then the charts.
  const ready = search ? unpacked("customers").then((json) => { if (json) searchable(JSON.parse(json)); }) : Promise.resolve();
  ready.finally(begin);
})();
