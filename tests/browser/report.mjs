// Opens reports in headless Chromium as a reader would, on a desktop and a phone, by day and by night, and compares what is drawn and
// found with the files of the book. Usage: node report.mjs PATRONAGE LOG.CSV [PICTURES]
// PICTURES is a folder for screenshots. Chromium is looked for at CHROMIUM, else /usr/bin/chromium.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { inflateRawSync } from "node:zlib";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { chromium } from "playwright-core";

const [binary, log, pictures] = process.argv.slice(2).map((path) => resolve(path));
const scratch = mkdtempSync(join(tmpdir(), "patronage-browser-"));
const run = (...words) => execFileSync(binary, ["--quiet", ...words], { cwd: scratch, maxBuffer: 1 << 28 }).toString();
const flags = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

/** Rows of a Parquet file of the book, values as texts: dates year first, nothing for null. */
const rowsOf = async (path) => {
  const file = await asyncBufferFromFile(path);
  const text = (value) => (value === null || value === undefined ? "" : value instanceof Date ? value.toISOString().slice(0, 10) : String(value));
  return (await parquetReadObjects({ file, compressors })).map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, text(value)])));
};
const table = (name) => rowsOf(join(scratch, "book", `${name}.parquet`));
const near = (found, wanted, what) =>
  assert.ok(Math.abs(found - wanted) <= 1e-9 * Math.max(1, Math.abs(wanted)), `${what}: ${found} is not ${wanted}`);

/** The files within a ZIP, as text. */
const unzipped = (bytes) => {
  const files = new Map();
  let end = bytes.length - 22;
  while (bytes.readUInt32LE(end) !== 0x06054b50) end -= 1;
  let at = bytes.readUInt32LE(end + 16);
  for (let left = bytes.readUInt16LE(end + 10); left > 0; left -= 1) {
    const packed = bytes.readUInt32LE(at + 20), [name, extra, comment] = [28, 30, 32].map((offset) => bytes.readUInt16LE(at + offset));
    const local = bytes.readUInt32LE(at + 42), start = local + 30 + bytes.readUInt16LE(local + 26) + bytes.readUInt16LE(local + 28);
    const data = bytes.subarray(start, start + packed);
    files.set(bytes.toString("utf8", at + 46, at + 46 + name), (bytes.readUInt16LE(at + 10) ? inflateRawSync(data) : data).toString("utf8"));
    at += 46 + name + extra + comment;
  }
  return files;
};

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium", args: flags });
/** A page that has drawn everything, and what it complained about or asked the network for. */
const opened = async (file, { width = 1280, height = 900, colorScheme = "light" } = {}) => {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme });
  const page = await context.newPage(), complaints = [];
  page.on("console", (message) => { if (["error", "warning"].includes(message.type())) complaints.push(message.text()); });
  page.on("pageerror", (error) => complaints.push(error.message));
  page.on("dialog", (dialog) => { complaints.push(`dialog: ${dialog.message()}`); dialog.dismiss(); });
  page.on("request", (request) => { if (!/^(file|data|blob):/.test(request.url())) complaints.push(`request: ${request.url()}`); });
  await page.goto(`file://${file}`);
  await page.waitForFunction(() => document.documentElement.dataset.charts === "drawn", null, { timeout: 120_000 });
  return { page, complaints, close: () => context.close() };
};
const tests = [];
const test = (name, body) => tests.push([name, body]);

// What takes long and draws nothing that is compared here is left out.
const analyses = ["--only", "rfm,abc,clv,over_time", "--no-predictive"];
run("segment", log, "--out", "book", ...analyses);
const report = join(scratch, "book", "report.html");
run("report", "book");

for (const [name, width] of [["desktop", 1280], ["phone", 390]]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`${name}, ${colorScheme}: all charts, no complaint, no request, nothing beyond the edge`, async () => {
      const { page, complaints, close } = await opened(report, { width, colorScheme });
      const state = await page.evaluate(() => ({
        plots: [...document.querySelectorAll(".plot")].map((plot) => [plot.parentElement.id, Boolean(plot.querySelector("svg.main-svg")), plot.scrollWidth]),
        wide: document.documentElement.scrollWidth,
        paper: getComputedStyle(document.body).backgroundColor,
        theme: document.documentElement.dataset.theme,
      }));
      assert.deepEqual(complaints, []);
      assert.ok(state.plots.length >= 10, `${state.plots.length} charts`);
      assert.deepEqual(state.plots.filter(([, drawn]) => !drawn), []);
      assert.ok(state.wide <= width, `${state.wide} pixels on ${width}`);
      assert.equal(state.theme, colorScheme);
      assert.equal(state.paper === "rgb(255, 255, 255)", colorScheme === "light");
      if (pictures) {
        mkdirSync(pictures, { recursive: true });
        await page.screenshot({ path: join(pictures, `${name}-${colorScheme}.png`), fullPage: true });
      }
      await close();
    });
  }
}

test("charts draw the numbers of the tables", async () => {
  const { page, close } = await opened(report);
  const drawn = (key) => page.evaluate((id) => document.querySelector(`#chart-${id} .plot`).data.map(({ x, y, z }) => ({ x, y, z })), key);
  const segments = (await table("tables/segments")).filter((row) => Number(row.customers) > 0).reverse();
  const [revenue, customers] = await drawn("segment_shares");
  segments.forEach((row, place) => {
    assert.equal(revenue.y[place], row.name_en);
    near(revenue.x[place], Number(row.revenue_share), row.name_en);
    near(customers.x[place], Number(row.customer_share), row.name_en);
  });
  const lorenz = await table("tables/lorenz"), [curve] = await drawn("lorenz");
  assert.equal(curve.x.length, lorenz.length);
  lorenz.forEach((row, place) => near(curve.y[place], Number(row.revenue_share), "lorenz"));
  for (const [key, columns] of [["calibration", ["expected", "actual"]], ["tracking", ["actual", "expected"]]]) {
    const rows = await table(`tables/${key}`), traces = await drawn(key);
    columns.forEach((column, trace) => rows.forEach((row, place) => near(traces[trace].y[place], Number(row[column]), key)));
  }
  // The heat map from the customers themselves.
  const cells = new Map();
  for (const row of await table("segments")) {
    const key = `${row.r_score}${row.f_score}`, cell = cells.get(key) ?? [0, 0];
    cells.set(key, [cell[0] + Number(row.monetary), cell[1] + 1]);
  }
  const [heat] = await drawn("rfm_heat");
  for (let f = 1; f <= 5; f += 1) for (let r = 1; r <= 5; r += 1) {
    const cell = cells.get(`${r}${f}`), field = heat.z[f - 1][r - 1];
    if (cell) near(field, cell[0] / cell[1], `R${r} F${f}`); else assert.equal(field, null);
  }
  await close();
});

test("a customer is found with what the book says", async () => {
  const { page, complaints, close } = await opened(report);
  const rows = await table("segments"), row = rows[Math.floor(rows.length / 3)];
  await page.fill("#search", row.customer_id);
  await page.waitForSelector("#found [data-row]");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog[open]");
  const card = await page.evaluate(() => ({
    name: document.getElementById("customer-name").textContent,
    why: document.querySelector("dialog .why").textContent,
    moves: [...document.querySelectorAll("dialog ul li")].map((move) => move.textContent),
    history: [...document.querySelectorAll("dialog tbody tr")].map((line) => [...line.cells].map((cell) => cell.textContent)),
    bars: document.querySelectorAll("dialog svg.history rect").length,
    values: Object.fromEntries([...document.querySelectorAll("dialog [data-column]")].map((cell) => [cell.dataset.column, cell.textContent])),
  }));
  assert.equal(card.name, row.customer_id);
  for (const column of ["orders", "recency_days", "rfm_code", "abc", "first_purchase"]) assert.equal(card.values[column], row[column], column);
  assert.match(card.why, /R\d .*F\d .*M\d /);
  assert.ok(card.moves.every((move) => /^[↑↓] /.test(move)) && card.moves.length > 0, card.moves.join());
  // Latest first, and money to the cent where it is small.
  const history = (await table("tables/history")).filter((own) => own.customer_id === row.customer_id).reverse();
  assert.deepEqual(card.history.map(([period, orders]) => [period, orders]), history.map((own) => [own.period, own.orders]));
  card.history.forEach(([, , money], place) => near(Number(money.replaceAll(",", "")), Number(history[place].revenue), "history"));
  assert.equal(card.bars, history.length);
  await page.keyboard.press("Escape");
  assert.equal(await page.locator("dialog[open]").count(), 0);
  assert.deepEqual(complaints, []);
  await close();
});

test("tables sort and filter", async () => {
  const { page, close } = await opened(report);
  const box = page.locator('.tablebox:has(table[data-table="segments"])').first();
  const names = () => box.locator("tbody tr:visible th").allTextContents();
  await box.locator('th[data-column="revenue"] button').click();
  const wanted = (await table("tables/segments")).sort((a, b) => Number(b.revenue) - Number(a.revenue)).map((row) => row.name_en);
  assert.deepEqual(await names(), wanted.slice(0, (await names()).length));
  await box.locator('th[data-column="revenue"] button').click();
  assert.equal((await names()).at(-1), wanted[0]);
  await box.locator(".tools input").fill("champ");
  assert.deepEqual(await names(), ["Champions"]);
  await close();
});

test("print shows every chart in light colours", async () => {
  const { page, complaints, close } = await opened(report, { colorScheme: "dark" });
  const paper = await page.pdf({ format: "A4", printBackground: true });
  assert.ok(paper.length > 50_000);
  if (pictures) writeFileSync(join(pictures, "report.pdf"), paper);
  assert.deepEqual(complaints, []);
  await close();
});

test("Chinese", async () => {
  run("report", "book", "--lang", "zh", "--out", "zh.html");
  const { page, complaints, close } = await opened(join(scratch, "zh.html"));
  assert.equal(await page.getAttribute("html", "lang"), "zh-CN");
  const text = await page.innerText("main");
  for (const word of ["主要发现", "客户分群", "冠军客户", "方法与局限"]) assert.ok(text.includes(word), word);
  assert.deepEqual(complaints, []);
  if (pictures) await page.screenshot({ path: join(pictures, "chinese.png"), fullPage: true });
  await close();
});

const hostile = ["<script>alert(1)</script>", "</script><img src=x onerror=alert(1)>", '=HYPERLINK("http://x")', "+1", "@SUM(A1)", "\u202egnirts", "👩‍👩‍👧 family",
  "x".repeat(10_000)];

test("hostile ids do nothing, and can be found", async () => {
  const rows = hostile.map((id, place) => `"${id.replaceAll('"', '""')}",2024-03-0${place + 1},${10 + place}`);
  writeFileSync(join(scratch, "hostile.csv"), `customer,date,amount\n${rows.join("\n")}\n`);
  run("segment", "hostile.csv", "--out", "hostile", "--only", "rfm,abc");
  run("report", "hostile");
  const { page, complaints, close } = await opened(join(scratch, "hostile", "report.html"), { width: 390 });
  for (const id of hostile) {
    await page.fill("#search", id);
    await page.waitForSelector("#found [data-row]");
    await page.keyboard.press("Enter");
    await page.waitForSelector("dialog[open]");
    assert.equal(await page.evaluate(() => document.getElementById("customer-name").textContent), id);
    await page.keyboard.press("Escape");
  }
  assert.ok((await page.evaluate(() => document.documentElement.scrollWidth)) <= 390);
  assert.deepEqual(complaints, []);
  await close();
  run("report", "hostile", "--to", "xlsx");
  const files = unzipped(readFileSync(join(scratch, "hostile", "report.xlsx")));
  for (const [name, text] of files) {
    // The summary links to sheets of the workbook, and nothing leads out of it.
    if (name.startsWith("xl/worksheets/")) assert.ok(!/<f[ >]/.test(text) && !/<hyperlink[^>]*r:id/.test(text), `${name} has a formula or a link`);
    assert.ok(!text.includes('TargetMode="External"'), `${name} leads out of the workbook`);
  }
  assert.ok(files.get("xl/sharedStrings.xml").includes("=HYPERLINK(&quot;http://x&quot;)") || files.get("xl/sharedStrings.xml").includes('=HYPERLINK("http://x")'));
});

test("pseudonymized files hold no id", async () => {
  writeFileSync(join(scratch, "key"), "sixteen bytes or more, kept to oneself\n");
  const log = Array.from({ length: 80 }, (_, place) => `person-${place}@example.org,2024-0${1 + (place % 9)}-1${place % 9},${place + 5}`);
  writeFileSync(join(scratch, "people.csv"), `customer,date,amount\n${log.join("\n")}\n`);
  run("segment", "people.csv", "--out", "people", "--only", "rfm,abc");
  for (const to of ["html", "xlsx", "md"]) run("report", "people", "--to", to, "--pseudonymize", "key", "--out", `hidden.${to}`);
  const texts = [readFileSync(join(scratch, "hidden.html"), "utf8"), readFileSync(join(scratch, "hidden.md"), "utf8"),
    ...unzipped(readFileSync(join(scratch, "hidden.xlsx"))).values()];
  assert.ok(texts.every((text) => !text.includes("@example.org") && !text.includes("people.csv")));
  const again = run("report", "people", "--to", "md", "--pseudonymize", "key", "--out", "-");
  assert.equal(again, texts[1], "the same key gives the same pseudonyms");
});

let failed = 0;
for (const [name, body] of tests) {
  try { await body(); console.log(`ok    ${name}`); } catch (error) { failed += 1; console.log(`FAIL  ${name}\n${error.stack}`); }
}
console.log(`${tests.length - failed} of ${tests.length} passed; the page has ${(statSync(report).size / 1e6).toFixed(1)} MB`);
await browser.close();
rmSync(scratch, { recursive: true });
process.exit(failed ? 1 : 0);
