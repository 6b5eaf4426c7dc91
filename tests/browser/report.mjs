// Opens reports in headless Chromium as a reader would, on a desktop and a phone, by day and by night, and compares what is drawn and
// found with the files of the book. Usage: node report.mjs PATRONAGE LOG.CSV [PICTURES]
// PICTURES is a folder for screenshots. Chromium is looked for at CHROMIUM, else /usr/bin/chromium.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { inflateRawSync } from "node:zlib";
import { asyncBufferFromFile, parquetReadObjects } from "hyparquet";
import { compressors } from "hyparquet-compressors";
import { chromium } from "playwright-core";
import { compare } from "./charts.mjs";

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

// The book that the tests look at, and the public data where they are: a year of invoices with refunds and a column of regions.
const book = (name, ...input) => {
  run("segment", ...input, "--out", name);
  return { name, file: join(scratch, name, "report.html"), table: (part) => rowsOf(join(scratch, name, `${part}.parquet`)) };
};
const books = [book("cdnow", log)];
const [{ file: report, table }] = books;
const invoices = join(process.env.PATRONAGE_TEST_DATA ?? "", "online_retail_invoices_all.csv");
if (process.env.PATRONAGE_TEST_DATA && existsSync(invoices)) books.push(book("online_retail", invoices, "--cancel-prefix", "C"));

for (const { name, file } of books) for (const [device, width] of [["desktop", 1280], ["phone", 390]]) {
  for (const colorScheme of ["light", "dark"]) {
    test(`${name} on a ${device}, ${colorScheme}: all charts, no complaint, no request, nothing beyond the edge`, async () => {
      const { page, complaints, close } = await opened(file, { width, colorScheme });
      const state = await page.evaluate(() => ({
        plots: [...document.querySelectorAll(".plot")].map((plot) => [plot.parentElement.id, Boolean(plot.querySelector("svg.main-svg")), plot.scrollWidth]),
        wide: document.documentElement.scrollWidth,
        paper: getComputedStyle(document.body).backgroundColor,
        theme: document.documentElement.dataset.theme,
      }));
      assert.deepEqual(complaints, []);
      assert.ok(state.plots.length >= 22, `${state.plots.length} charts`);
      assert.deepEqual(state.plots.filter(([, drawn]) => !drawn), []);
      assert.ok(state.wide <= width, `${state.wide} pixels on ${width}`);
      assert.equal(state.theme, colorScheme);
      assert.equal(state.paper === "rgb(255, 255, 255)", colorScheme === "light");
      if (pictures) {
        mkdirSync(pictures, { recursive: true });
        await page.screenshot({ path: join(pictures, `${name}-${device}-${colorScheme}.png`), fullPage: true });
      }
      await close();
    });
  }
}

for (const { name, file, table } of books) {
  test(`${name}: every chart draws the numbers of the book`, async () => {
    const { page, close } = await opened(file);
    const charts = await compare(page, table);
    assert.ok(charts >= 22, `${charts} charts`);
    await close();
  });
}

test("a customer is found with what the book says", async () => {
  const { page, complaints, close } = await opened(report);
  const rows = await table("segments"), row = rows[Math.floor(rows.length / 3)];
  await page.fill("#search", row.customer_id);
  await page.waitForSelector("#found [data-row]");
  await page.keyboard.press("ArrowDown");
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog[open][data-whole]");
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

test("a browser that cannot unpack says so", async () => {
  const page = await (await browser.newContext()).newPage();
  await page.addInitScript(() => { delete window.DecompressionStream; });
  await page.goto(`file://${report}`);
  await page.waitForSelector("#unable:visible");
  assert.match(await page.innerText("#unable"), /too old/);
  await page.context().close();
});

test("a chart stands in a page of one's own that does not say its language", async () => {
  const text = readFileSync(report, "utf8");
  const between = (start, end) => { const at = text.indexOf(start); return text.slice(at, text.indexOf(end, at) + end.length); };
  const parts = [between("<style>", "</style>"), between('<figure id="chart-lorenz"', "</figure>"), between('<script type="application/json" id="words">', "</script>"),
    between('<script type="application/gzip" id="plotly">', "</script>"), text.slice(text.lastIndexOf("<script>"), text.lastIndexOf("</script>") + 9)];
  writeFileSync(join(scratch, "piece.html"), `<!doctype html><meta charset="utf-8">${parts.join("")}`);
  const { page, complaints, close } = await opened(join(scratch, "piece.html"));
  assert.equal(await page.locator(".plot svg.main-svg").count() > 0, true);
  assert.deepEqual(complaints.filter((complaint) => !/favicon/.test(complaint)), []);
  await close();
});

test("print shows every chart in light colours", async () => {
  const { page, complaints, close } = await opened(report, { colorScheme: "dark" });
  // What stands when the paper is printed, at once: nothing may still be on its way.
  const flows = await page.evaluate(() => {
    window.dispatchEvent(new Event("beforeprint"));
    const links = [...document.querySelectorAll("#chart-migration .sankey-link")].map((link) => getComputedStyle(link).opacity);
    window.dispatchEvent(new Event("afterprint"));
    return links;
  });
  assert.ok(flows.length > 10 && flows.every((opacity) => Number(opacity) === 1), flows.join());
  const paper = await page.pdf({ format: "A4", printBackground: true });
  assert.ok(paper.length > 50_000);
  if (pictures) writeFileSync(join(pictures, "report.pdf"), paper);
  assert.deepEqual(complaints, []);
  await close();
});

test("Chinese", async () => {
  run("report", "cdnow", "--lang", "zh", "--out", "zh.html");
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
