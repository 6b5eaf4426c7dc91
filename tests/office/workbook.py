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
import posixpath
import re
import shutil
import subprocess
import sys
import tempfile
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter, defaultdict
from pathlib import Path

# Customers of the log that are taken: enough for every analysis, few enough to be quick.
CUSTOMERS = 600
# Ids and values that a careless workbook would run, follow or break on.
HOSTILE = ['=HYPERLINK("http://x")', "+1", "@SUM(A1)", "<script>alert(1)</script>", "-2+3", "=1+1", "'quoted", "a&b\"c", "0001", "1e5", "2024-01-01", "TRUE"]
# LibreOffice writes 15 digits of a number.
TOLERANCE = 1e-13
# Texts that may look like numbers; other texts that do are numbers kept exact.
TEXTS = {"customer_id", "rfm_code", "period", "cohort", "value", "antecedent", "consequent", "next_best", "reason"}
# Charts that a log such as this must have.
FEWEST_CHARTS = 8

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
RELS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"
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


def letters(number):
    """The name of a column, counted from 0."""
    name = ""
    while number >= 0:
        name, number = chr(65 + number % 26) + name, number // 26 - 1
    return name


def place_of(reference):
    """Row and column of `AB12`, counted from 0."""
    column, row = re.fullmatch(r"\$?([A-Z]+)\$?(\d+)", reference).groups()
    at = 0
    for letter in column:
        at = at * 26 + ord(letter) - 64
    return int(row) - 1, at - 1


def area(reference):
    """First and last row and column of `$A$1:$B$2`."""
    first, _, last = reference.partition(":")
    (top, left), (bottom, right) = place_of(first), place_of(last or first)
    assert top <= bottom and left <= right, reference
    return top, left, bottom, right


def within(folder, target):
    return posixpath.normpath(posixpath.join(folder, target)).lstrip("/")


class Archive:
    """The parts of a workbook, and the rules that they keep."""

    def __init__(self, path):
        with zipfile.ZipFile(path) as archive:
            assert archive.testzip() is None, "damaged"
            names = archive.namelist()
            self.parts = {name: archive.read(name) for name in names}
        assert len(names) == len({name.lower() for name in names}), "two parts of one name"
        self.trees = {name: ET.fromstring(part) for name, part in self.parts.items()}
        self.relations = {}
        self.check_types()
        self.check_relations()
        self.check_workbook()
        self.check_sheets()
        self.check_charts()

    def check_types(self):
        tree = self.trees["[Content_Types].xml"]
        defaults = [node.get("Extension").lower() for node in tree.iter(TYPES + "Default")]
        overrides = [node.get("PartName").lstrip("/") for node in tree.iter(TYPES + "Override")]
        assert len(set(defaults)) == len(defaults) and len(set(overrides)) == len(overrides), "a type is told twice"
        for name in overrides:
            assert name in self.parts, f"{name} has a type and is not there"
        for name in self.parts:
            assert name in overrides or name.rsplit(".", 1)[-1].lower() in defaults or name.startswith("["), f"{name} has no type"

    def check_relations(self):
        for name in [name for name in self.parts if name.endswith(".rels")]:
            folder, file = posixpath.split(name)
            source = within(folder, "../" + file[: -len(".rels")])
            own = {}
            for node in self.trees[name]:
                assert node.tag == RELS + "Relationship" and node.get("Id") not in own, f"{name}: {node.get('Id')} is there twice"
                assert node.get("TargetMode", "Internal") == "Internal", f"{name} leads out to {node.get('Target')}"
                target = node.get("Target")
                target = target.lstrip("/") if target.startswith("/") else within(posixpath.dirname(source), target)
                assert target in self.parts, f"{name}: {target} is not there"
                own[node.get("Id")] = target
            self.relations[source] = own
        for name, tree in self.trees.items():
            for node in tree.iter():
                for key, value in node.attrib.items():
                    if key.startswith(R):
                        assert value in self.relations.get(name, {}), f"{name}: {key} {value} is no relation"

    def check_workbook(self):
        tree = self.trees["xl/workbook.xml"]
        sheets = list(tree.iter(S + "sheet"))
        self.names = [sheet.get("name") for sheet in sheets]
        assert len({name.lower() for name in self.names}) == len(self.names), "two sheets of one name"
        assert all(0 < len(name) <= 31 and not re.search(r"[\[\]:*?/\\]", name) and name[0] + name[-1] != "''" for name in self.names), self.names
        assert len({sheet.get("sheetId") for sheet in sheets}) == len(sheets), "two sheets of one id"
        self.sheets = {sheet.get("name"): self.relations["xl/workbook.xml"][sheet.get(R + "id")] for sheet in sheets}
        assert len(set(self.sheets.values())) == len(sheets), "two sheets of one part"
        defined = Counter((node.get("name"), node.get("localSheetId")) for node in tree.iter(S + "definedName"))
        assert not defined or max(defined.values()) == 1, f"{defined.most_common(1)} is defined twice"
        for node in tree.iter(S + "definedName"):
            if node.get("name") == "_xlnm._FilterDatabase":
                self.range(node.text)

    def range(self, formula):
        """The sheet and the area that `'a b'!$A$1:$B$2` names."""
        sheet, _, reference = formula.rpartition("!")
        sheet = sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet
        assert sheet in self.sheets, f"{formula}: no such sheet"
        return sheet, area(reference)

    def check_sheets(self):
        strings = [node for node in self.trees["xl/sharedStrings.xml"] if node.tag == S + "si"]
        texts = ["".join(node.itertext()) for node in strings]
        assert len(set(texts)) == len(texts), "a shared text is there twice"
        styles = self.trees["xl/styles.xml"]
        formats, conditional = len(styles.find(S + "cellXfs")), len(styles.find(S + "dxfs"))
        assert int(styles.find(S + "cellXfs").get("count")) == formats
        used, shared = set(), 0
        self.cells, self.areas = {}, {}
        for name, part in self.sheets.items():
            tree, cells, before = self.trees[part], {}, -1
            for row in tree.iter(S + "row"):
                at, last = int(row.get("r")) - 1, -1
                assert at > before, f"{name}: row {at + 1} is there twice"
                before = at
                for cell in row:
                    (own, column) = place_of(cell.get("r"))
                    assert own == at and column > last, f"{name}: {cell.get('r')} is out of order"
                    last = column
                    assert int(cell.get("s", 0)) < formats, f"{name}: {cell.get('r')} has no such format"
                    assert cell.find(S + "f") is None, f"{name}: {cell.get('r')} is a formula"
                    value = cell.find(S + "v")
                    if cell.get("t") == "s":
                        shared += 1
                        used.add(int(value.text))
                        cells[at, column] = texts[int(value.text)]
                    elif value is not None:
                        assert cell.get("t", "n") == "n", f"{name}: {cell.get('r')} is a {cell.get('t')}"
                        cells[at, column] = float(value.text)
                        assert math.isfinite(cells[at, column])
            self.cells[name] = cells
            self.areas[name] = area(tree.find(S + "dimension").get("ref"))
            top, left, bottom, right = self.areas[name]
            assert all(top <= row <= bottom and left <= column <= right for row, column in cells), f"{name}: cells beyond its area"
            for node in tree.iter(S + "autoFilter"):
                assert area(node.get("ref")) == self.areas[name], f"{name}: the filter is not about all cells"
            rules = [node for group in tree.iter(S + "conditionalFormatting") for node in group]
            assert all(int(node.get("dxfId", 0)) < max(conditional, 1) for node in rules)
            assert len({node.get("priority") for node in rules}) == len(rules), f"{name}: two rules of one rank"
            for node in tree.iter(S + "hyperlink"):
                assert node.get(R + "id") is None and node.get("location"), f"{name} has a link that leads out"
                self.range(node.get("location"))
        table = self.trees["xl/sharedStrings.xml"]
        assert (int(table.get("count")), int(table.get("uniqueCount"))) == (shared, len(texts)), "shared texts are miscounted"
        assert used == set(range(len(texts))), "a shared text that nobody shares"

    def check_charts(self):
        self.charts = 0
        for name, tree in self.trees.items():
            if name.startswith("xl/drawings/") and not name.endswith(".rels"):
                ids = [node.get("id") for node in tree.iter() if node.tag.endswith("}cNvPr")]
                assert len(set(ids)) == len(ids), f"{name}: two shapes of one id"
            if not name.startswith("xl/charts/chart"):
                continue
            self.charts += 1
            title = "".join(node.text for node in tree.find(f"{C}chart/{C}title").iter() if node.tag.endswith("}t"))
            assert title, f"{name} has no title"
            drawn = 0
            for reference in [node for node in tree.iter() if node.tag in (C + "numRef", C + "strRef")]:
                sheet, (top, left, bottom, right) = self.range(reference.find(C + "f").text)
                assert left == right, f"{title}: more than one column"
                cache = reference.find(C + "numCache") if reference.tag == C + "numRef" else reference.find(C + "strCache")
                assert int(cache.find(C + "ptCount").get("val")) == bottom - top + 1, f"{title}: points are miscounted"
                assert bottom == self.areas[sheet][2], f"{title} does not draw all of {sheet}"
                for point in cache.iter(C + "pt"):
                    cell = self.cells[sheet].get((top + int(point.get("idx")), left), "")
                    text = point.find(C + "v").text or ""
                    assert float(text) == cell if isinstance(cell, float) else text == cell, f"{title}: {text} is not {cell}"
                    drawn += 1
            assert drawn > 1, f"{title} draws nothing"


def opened(workbook, folder):
    """The sheets as LibreOffice understands them: name, and cells of (type, value) by row and column."""
    command = [os.environ.get("SOFFICE", "soffice"), f"-env:UserInstallation=file://{folder}/profile", "--headless", "--norestore"]
    done = subprocess.run([*command, "--convert-to", "fods", "--outdir", str(folder), str(workbook)], capture_output=True, text=True, timeout=300)
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
                    value = {"float": cell.get(O + "value"), "percentage": cell.get(O + "value"), "date": cell.get(O + "date-value")}.get(kind, text)
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
    columns = [column for column in rows[0] if not column.endswith(other)]
    height, width = max(row for row, _ in cells) + 1, max(column for _, column in cells) + 1
    assert (height, width) == (len(rows) + 1, len(columns)), f"{name}: {height} rows of {width}, the table has {len(rows)} of {len(columns)}"
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
        {"decile": place, "customers": len(own), "residual_value": sum(own), "mean": sum(own) / len(own)} for place, own in enumerate(tenths, 1)
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
                assert math.isclose(float(found), wanted, rel_tol=1e-9, abs_tol=1e-12), f"{name}!{letters(at)}{line + 1}: {found} is not {wanted}"
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
        counts = compare("customers", segments, sheets["customers"], other)
        found = [sheets["customers"][line, 0] for line in range(1, len(segments) + 1)]
        for customer in HOSTILE:
            assert ("string", customer) in found, f"{customer} did not arrive as text"
        made, seen = derived(segments), set()
        for name in archive.names[3:]:
            if name in tables:
                counts += compare(name, tables[name], sheets[name], other)
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
