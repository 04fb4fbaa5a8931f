# Makes a workbook as people have them, or compares a labelled one with it, cell by cell. Argument: the job as a JSON file.
import datetime
import json
import sys

import openpyxl
from openpyxl.styles import Font, PatternFill
from openpyxl.worksheet.table import Table

job = json.load(open(sys.argv[1], encoding="utf-8"))


def make(path):
    book = openpyxl.Workbook()
    pivot = book.active
    pivot.title = "Pivot"
    pivot.append(["Count", "Mean"])
    pivot.append(["=COUNTA(Mail!B2:B100)", "=AVERAGE(Mail!C2:C100)"])
    mail = book.create_sheet("Mail")
    mail.append(["When", "Message", "Cost", "With tax", "Paid", "Note"])
    for i in range(40):
        day = datetime.datetime(2025, 3, 1, 9, 30) + datetime.timedelta(days=i)
        text = f"Ich wurde {i}-mal belastet & <warte> 👍\nwirklich"
        mail.append([day, text, i + 0.25, f"=C{i + 2}*1.19", i % 2 == 0, None if i % 3 else "=not a formula"])
        mail.cell(i + 2, 3).number_format = '#,##0.00 "€"'
        if i % 3 == 0:
            mail.cell(i + 2, 6).data_type = "s"
    for cell in mail[1]:
        cell.font = Font(bold=True)
        cell.fill = PatternFill("solid", fgColor="FFEECC")
    mail.freeze_panes = "A2"
    mail.column_dimensions["B"].width = 60
    mail.add_table(Table(displayName="Mails", ref="A1:F41"))
    book.save(path)


def state(cell):
    return [cell.value, cell.data_type, cell.number_format, cell.font.b, cell.fill.fgColor.rgb]


def compare(before, after, added):
    one, other = openpyxl.load_workbook(before), openpyxl.load_workbook(after)
    assert one.sheetnames == other.sheetnames, other.sheetnames
    for sheet in one.sheetnames:
        a, b = one[sheet], other[sheet]
        for row in a.iter_rows():
            for cell in row:
                found = b[cell.coordinate]
                assert state(cell) == state(found), (sheet, cell.coordinate, state(cell), state(found))
        assert a.freeze_panes == b.freeze_panes
        assert [t.ref for t in a.tables.values()] == [t.ref for t in b.tables.values()]
        assert {k: d.width for k, d in a.column_dimensions.items()} == {k: d.width for k, d in b.column_dimensions.items()}
        wanted = added.get(sheet, [])
        assert b.max_column == a.max_column + (2 if wanted else 0), b.max_column
        for r, values in enumerate(wanted, start=1):
            for c, value in enumerate(values, start=a.max_column + 1):
                cell = b.cell(r, c)
                assert cell.value == value, (r, c, cell.value, value)
                assert cell.data_type == ("n" if isinstance(value, float) or value is None else "s"), cell.data_type
        if wanted:
            assert b.cell(1, a.max_column + 1).font.b


if "make" in job:
    make(job["make"])
else:
    compare(job["before"], job["after"], job["added"])
