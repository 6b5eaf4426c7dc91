"""A workbook as what it is, a ZIP archive of XML: its parts, and the rules that they keep. Strict where programs repair without a word."""

import math
import posixpath
import re
import xml.etree.ElementTree as ET
import zipfile
from collections import Counter

S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
RELS = "{http://schemas.openxmlformats.org/package/2006/relationships}"
TYPES = "{http://schemas.openxmlformats.org/package/2006/content-types}"
C = "{http://schemas.openxmlformats.org/drawingml/2006/chart}"


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
        allowed = re.compile(r"[^\[\]:*?/\\']{1,31}")
        assert all(allowed.fullmatch(name) for name in self.names), self.names
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
