// What a report costs: the time it takes beyond the analyses, its size, and how soon a browser has it open and finds a customer.
// Usage: npm install --no-save playwright-core && node benches/report.mjs PATRONAGE LOG
// Chromium is looked for at CHROMIUM, else /usr/bin/chromium. Medians of five runs, least and most in brackets.
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { chromium } from "playwright-core";

const [binary, log] = process.argv.slice(2).map((path) => resolve(path));
const RUNS = 5;
const scratch = mkdtempSync(join(tmpdir(), "patronage-report-"));
const timed = async (body) => { const start = performance.now(); await body(); return (performance.now() - start) / 1000; };
const told = (name, seconds) => {
  const sorted = [...seconds].sort((a, b) => a - b), text = (value) => value.toFixed(2);
  console.log(`${name}: ${text(sorted[sorted.length >> 1])} s (${text(sorted[0])}–${text(sorted.at(-1))})`);
};
const segment = (...more) => execFileSync(binary, ["--quiet", "segment", log, "--out", join(scratch, "book"), ...more], { stdio: "ignore" });

// One after the other in every round, so that what else the machine does hits both.
const without = [], beyond = [], again = [];
for (let run = 0; run < RUNS; run += 1) {
  const bare = await timed(() => segment("--no-report")), whole = await timed(() => segment());
  without.push(bare);
  beyond.push(whole - bare);
  again.push(await timed(() => execFileSync(binary, ["--quiet", "report", join(scratch, "book")], { stdio: "ignore" })));
}
told("every analysis, no report", without);
told("the report beyond them", beyond);
told("the report of the saved book, reading it included", again);
const report = join(scratch, "book", "report.html");
console.log(`size: ${(statSync(report).size / 1e6).toFixed(2)} MB`);

const browser = await chromium.launch({
  executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
  args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"],
});
const loaded = [], found = [], drawn = [];
for (let run = 0; run < RUNS; run += 1) {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 } })).newPage();
  const start = performance.now(), since = () => (performance.now() - start) / 1000;
  await page.goto(`file://${report}`);
  loaded.push(since());
  // Any letter or digit is part of some id.
  await page.fill("#search", "1");
  await page.waitForSelector("#found [data-row]");
  await page.keyboard.press("Enter");
  await page.waitForSelector("dialog[open][data-whole]");
  found.push(since());
  await page.keyboard.press("Escape");
  await page.waitForFunction(() => document.documentElement.dataset.charts === "drawn", null, { timeout: 120_000 });
  drawn.push(since());
  await page.context().close();
}
told("opened", loaded);
told("a customer found and shown, from the start", found);
told("all charts drawn, from the start", drawn);
await browser.close();
rmSync(scratch, { recursive: true });
