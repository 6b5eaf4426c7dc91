"""Opens a report's workbook as LibreOffice does, and compares it with the tables of the book.

Usage: python3 workbook.py PATRONAGE LOG.CSV

The workbook is read twice. First as what it is, a ZIP archive of XML: since LibreOffice repairs without a word, every part must parse,
every relation lead somewhere, every name and id be there once. Then as LibreOffice understands it, converted to one XML file of cells with
types: every number, date and text of every sheet must be that of the book's table, row by row, and no cell may be a formula. The
converter is looked for at SOFFICE, else as `soffice`. Needs the standard library only.
"""

import csv
import json
import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
from collections import Counter, defaultdict
from pathlib import Path

# A test leaves nothing behind.
sys.dont_write_bytecode = True
from archive import Archive, letters

# Customers of the log that are taken: enough for every analysis, few enough to be quick.
CUSTOMERS = 600
# Ids and values that a careless workbook would run, follow or break on.
HOSTILE = ['=HYPERLINK("http://x")', "+1", "@SUM(A1)", "<script>alert(1)</script>", "-2+3", "=1+1", "'quoted", "a&b\"c"]
# Ids that a careless one would take for something else.
HOSTILE += ["0001.50", "1e5", "2024-01-01", "TRUE"]
# LibreOffice writes 15 digits of a number.
TOLERANCE = 1e-13
# Texts that may look like numbers; other texts that do are numbers kept exact.
TEXTS = {"customer_id", "rfm_code", "period", "cohort", "value", "antecedent", "consequent", "next_best", "reason"}
# Charts that a log such as this must have.
FEWEST_CHARTS = 8

T = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
O = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
X = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
D = "{urn:oasis:names:tc:opendocument:xmlns:drawing:1.0}"


def log_of(sample, to):
    """The first customers of a log under their own ids, and as many more as there are hostile ones, with a hostile category."""
    with open(sample, newline="", encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    places = {}
    for row in rows:
        places.setdefault(row["customer_id"], len(places))
    with open(to, "w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(["customer_id", "date", "amount", "category"])
        for row in rows:
            place = places[row["customer_id"]]
            if place < CUSTOMERS:
                out.writerow([row["customer_id"], row["date"], row["amount"], ["cd", "=1+2", "book"][place % 3]])
            elif place < CUSTOMERS + len(HOSTILE):
                out.writerow([HOSTILE[place - CUSTOMERS], row["date"], row["amount"], "@cmd"])


def opened(workbook, folder):
    """The sheets as LibreOffice understands them: name, and cells of (type, value) by row and column."""
    command = [os.environ.get("SOFFICE", "soffice"), f"-env:UserInstallation=file://{folder}/profile", "--headless", "--norestore"]
    command += ["--convert-to", "fods", "--outdir", str(folder), str(workbook)]
    done = subprocess.run(command, capture_output=True, text=True, timeout=300)
    converted = folder / (workbook.stem + ".fods")
    assert done.returncode == 0 and converted.exists(), f"LibreOffice did not open it: {done.stderr}"
    tree = ET.parse(converted)
    sheets, objects = {}, 0
    for sheet in tree.iter(T + "table"):
        # A chart has a table of its own.
        if sheet.get(T + "name") in sheets or sheet.get(T + "name") == "local-table":
            continue
        cells, at = {}, 0
        for row in sheet.iter(T + "table-row"):
            repeated, column = int(row.get(T + "number-rows-repeated", 1)), 0
            for cell in [node for node in row if node.tag in (T + "table-cell", T + "covered-table-cell")]:
                times = int(cell.get(T + "number-columns-repeated", 1))
                assert cell.get(T + "formula") is None, f"{sheet.get(T + 'name')}: a formula, {cell.get(T + 'formula')}"
                kind = cell.get(O + "value-type")
                if kind is not None:
                    text = "\n".join("".join(line.itertext()) for line in cell.findall(X + "p"))
                    attributes = {"float": "value", "percentage": "value", "date": "date-value"}
                    value = cell.get(O + attributes[kind]) if kind in attributes else text
                    for line in range(repeated):
                        for step in range(times):
                            cells[at + line, column + step] = ("float" if kind == "percentage" else kind, value)
                column += times
            at += repeated
        objects += sum(1 for node in sheet.iter(D + "object"))
        sheets[sheet.get(T + "name")] = cells
    return sheets, objects


def lines(path):
    with open(path, encoding="utf-8") as file:
        return [json.loads(line) for line in file]


def number(text):
    return float(text) if isinstance(text, str) and re.fullmatch(r"-?\d+(\.\d+)?", text) else None


def near(found, wanted):
    return math.isclose(found, wanted, rel_tol=TOLERANCE, abs_tol=1e-300)


def compare(name, rows, cells, other):
    """Every cell of a sheet with the row of the table that it stands for; returns how many numbers, dates and texts there are."""
    # Of a text in two languages, and perhaps in keys as well, a sheet has the one of its language.
    own = {"_en": "_zh", "_zh": "_en"}[other]
    columns = [column for column in rows[0] if not column.endswith(other) and column + own not in rows[0]]
    height, width = max(row for row, _ in cells) + 1, max(column for _, column in cells) + 1
    assert (height, width) == (len(rows) + 1, len(columns)), f"{name}: {height} rows of {width}, not {len(rows) + 1} of {len(columns)}"
    headings = [cells[0, at][1] for at in range(width)]
    assert all(headings), f"{name}: a column has no heading"
    counts, words, keys = Counter(), defaultdict(dict), defaultdict(dict)
    for line, row in enumerate(rows, 1):
        for at, column in enumerate(columns):
            wanted, where = row[column], f"{name}!{letters(at)}{line + 1} ({column})"
            kind, found = cells.get((line, at), (None, None))
            if wanted is None or wanted == "":
                assert kind is None or found == "", f"{where}: {found} where there is nothing"
            elif isinstance(wanted, bool):
                assert kind == "string" and words[column].setdefault(wanted, found) == found, f"{where}: {found} for {wanted}"
                assert keys[column].setdefault(found, wanted) == wanted, f"{where}: {found} for two"
            elif isinstance(wanted, (int, float)) or (column not in TEXTS and number(wanted) is not None):
                assert kind == "float" and near(float(found), float(wanted)), f"{where}: {found} is not {wanted}"
                counts["numbers"] += 1
            elif column not in TEXTS and re.fullmatch(r"\d{4}-\d\d-\d\d", wanted):
                assert kind == "date" and found[:10] == wanted, f"{where}: {found} is not {wanted}"
                counts["dates"] += 1
            else:
                assert kind == "string", f"{where}: {found} is a {kind}, not the text {wanted}"
                if column in TEXTS:
                    assert found == wanted, f"{where}: {found} is not {wanted}"
                # Keys are shown in words: one word a key.
                assert words[column].setdefault(wanted, found) == found, f"{where}: {found} for {wanted}"
                counts["texts"] += 1
    return counts


def derived(segments):
    """The tables that a report makes of the customers, made once more."""
    tables = {}
    most = max(5, *(row[axis] for row in segments for axis in ("r_score", "f_score", "m_score")))
    tables["score_counts"] = [
        {"axis": axis, "score": score, "customers": sum(row[column] == score for row in segments)}
        for axis, column in (("recency", "r_score"), ("frequency", "f_score"), ("monetary", "m_score"))
        for score in range(1, most + 1)
    ]
    cells = defaultdict(list)
    for row in segments:
        cells[row["r_score"], row["f_score"]].append(round(float(row["monetary"]) * 100))
    tables["rfm_cells"] = [
        {"r_score": r, "f_score": f, "customers": len(money), "revenue": sum(money) / 100, "mean_revenue": sum(money) / 100 / len(money)}
        for (r, f), money in sorted(cells.items())
    ]
    values = sorted((row["residual_value"] for row in segments), reverse=True)
    tenths = [values[len(values) * tenth // 10 : len(values) * (tenth + 1) // 10] for tenth in range(10)]
    tables["value_deciles"] = [
        {"decile": place, "customers": len(own), "residual_value": sum(own), "mean": sum(own) / len(own)}
        for place, own in enumerate(tenths, 1)
    ]
    groups = defaultdict(list)
    for row in segments:
        groups[row["segment"]].append(row)
    tables["segment_risk"] = [
        {
            "segment": key,
            "customers": len(own),
            "residual_value": sum(row["residual_value"] for row in own),
            "value_at_risk": sum(row["value_at_risk"] for row in own if row["value_at_risk"] is not None),
        }
        for key, own in sorted(groups.items())
    ]
    return tables


def compare_derived(name, rows, cells):
    """The columns that are made here stand first in the sheet. Sums of floats may differ in their last digits by the order of adding."""
    for line, row in enumerate(rows, 1):
        for at, wanted in enumerate(row.values()):
            kind, found = cells[line, at]
            if isinstance(wanted, str):
                assert kind == "string", f"{name}: {found}"
            else:
                where = f"{name}!{letters(at)}{line + 1}"
                assert math.isclose(float(found), wanted, rel_tol=1e-9, abs_tol=1e-12), f"{where}: {found} is not {wanted}"
    return len(rows)


def main():
    binary, sample = (Path(path).resolve() for path in sys.argv[1:3])
    scratch = Path(tempfile.mkdtemp(prefix="patronage-office-"))
    try:
        check(binary, sample, scratch)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def check(binary, sample, scratch):
    def run(*words):
        subprocess.run([str(binary), "--quiet", *words], cwd=scratch, check=True, stdout=subprocess.DEVNULL, timeout=600)

    log_of(sample, scratch / "log.csv")
    # One reading of the log in two forms; what takes the most time is drawn nowhere.
    run("segment", "log.csv", "--no-predictive", "--no-report", "--out", "book")
    run("segment", "log.csv", "--no-predictive", "--no-report", "--format", "ndjson", "--out", "text")
    tables = {path.stem: lines(path) for path in (scratch / "text/tables").glob("*.ndjson")}
    segments = lines(scratch / "text/segments.ndjson")
    for language, other, not_tables in (("en", "_zh", ["Summary", "Charts"]), ("zh", "_en", ["概要", "图表"])):
        workbook = scratch / f"report-{language}.xlsx"
        run("report", "book", "--to", "xlsx", "--lang", language, "--out", workbook.name)
        archive = Archive(workbook)
        sheets, objects = opened(workbook, scratch)
        assert list(sheets) == archive.names, f"LibreOffice has other sheets: {sorted(set(sheets) ^ set(archive.names))}"
        assert archive.charts == objects >= FEWEST_CHARTS, f"{archive.charts} charts, LibreOffice has {objects}"
        assert archive.names[:3] == [*not_tables, "customers"]
        # Reasons are those of the table of rules, in the language of the workbook.
        reasons = {row["reason"]: row[f"reason_{language}"] for row in tables["rules"]}
        customers = [{**row, "reason": reasons[row["reason"]]} for row in segments]
        counts = compare("customers", customers, sheets["customers"], other)
        found = [sheets["customers"][line, 0] for line in range(1, len(segments) + 1)]
        for customer in HOSTILE:
            assert ("string", customer) in found, f"{customer} did not arrive as text"
        made, seen = derived(segments), set()
        for sheet in archive.names[3:]:
            # Excel keeps the name of this table for itself.
            name = "history" if sheet == "customer_history" else sheet
            if name in tables:
                counts += compare(name, tables[name], sheets[sheet], other)
            elif name in made:
                compare_derived(name, made[name], sheets[name])
            else:
                # Bins, whose limits are the report's: everybody is in one of each quantity.
                assert name in ("distributions", "future_cells"), f"{name} is no table of the book"
                column = 3 if name == "distributions" else 4
                people = defaultdict(float)
                for line in range(1, max(row for row, _ in sheets[name]) + 1):
                    people[sheets[name][line, 0][1] if column == 3 else ""] += float(sheets[name][line, column][1])
                assert set(people.values()) == {len(segments)}, f"{name}: {dict(people)}"
            seen.add(name)
        missing = {name for name, rows in tables.items() if rows} - seen
        assert not missing, f"no sheet for {sorted(missing)}"
        assert ("string", "=1+2") in sheets["composition_category"].values(), "a hostile category did not arrive as text"
        assert counts["numbers"] > 10_000 and counts["dates"] > 1_000 and counts["texts"] > 1_000, counts
        told = ", ".join(f"{count:,} {what}" for what, count in counts.items())
        print(f"{language}: {len(sheets)} sheets, {objects} charts, {told}: all as in the book")


if __name__ == "__main__":
    main()
