//! The table that people fill in: headings in both languages, what is needed marked, an example that is
//! not imported, choices to pick from.

use rust_xlsxwriter::{
    DataValidation, DataValidationErrorStyle, Format, FormatAlign, Formula, Workbook, XlsxError,
};
use sync_protocol::kinds::{ChoiceList, Type};

use super::columns::{Column, Table, kinds};
use super::sheet::{Address, MAX_ROWS};
use crate::error::{Error, Result};

/// The sheet that holds the choices.
const CHOICES: &str = "选项";
/// The first row to be filled in, from 0: below two rows of headings and the example.
const FIRST: u32 = 3;

/// The template of a kind, as XLSX.
///
/// # Errors
/// Not found if that kind is none that is imported.
pub fn template(kind: &str) -> Result<Vec<u8>> {
    let table = Table::of(kind)?;
    written(&table).map_err(Error::internal)
}

fn written(table: &Table) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let heading = Format::new().set_bold().set_background_color("DDE8F0").set_align(FormatAlign::Center);
    let example = Format::new().set_italic().set_font_color("808080");
    // As text, so that codes keep their zeros and no day becomes a number.
    let as_text = Format::new().set_num_format("@");
    let sheet = workbook.add_worksheet();
    sheet.set_name(table.kind.zh)?;
    for (at, column) in (0_u16..).zip(&table.columns) {
        let mark = if column.needed { "●" } else { "" };
        sheet.set_column_format(at, &as_text)?;
        sheet.set_column_width(at, 18)?;
        sheet.write_string_with_format(0, at, format!("{mark}{}", column.heading()), &heading)?;
        sheet.write_string_with_format(1, at, column.name_en(), &heading)?;
        let text = if at == 0 { format!("示例：{}", column.example) } else { column.example.to_owned() };
        sheet.write_string_with_format(2, at, text, &example)?;
    }
    sheet.set_freeze_panes(2, 0)?;
    let lists =
        table.columns.iter().enumerate().filter_map(|(at, column)| Some((at as u16, choices(column)?)));
    for (place, (at, list)) in (0_u32..).zip(lists.clone()) {
        let last = Address { column: place, row: list.choices.len() as u32 + 1 };
        let letters: String = last.to_string().chars().filter(char::is_ascii_alphabetic).collect();
        let range = format!("='{CHOICES}'!${letters}$2:${letters}${}", last.row);
        let style =
            if list.open { DataValidationErrorStyle::Information } else { DataValidationErrorStyle::Stop };
        let picked = DataValidation::new().allow_list_formula(Formula::new(range)).set_error_style(style);
        sheet.add_data_validation(FIRST, at, MAX_ROWS as u32, at, &picked)?;
    }
    write_choices(&mut workbook, lists, &heading)?;
    write_notes(&mut workbook, table)?;
    workbook.save_to_buffer()
}

fn choices(column: &Column) -> Option<&'static ChoiceList> {
    match column.slot.ty() {
        Type::Choice(list) | Type::OpenChoice(list) => ChoiceList::named(list),
        _ => None,
    }
}

fn write_choices<'l>(
    workbook: &mut Workbook,
    lists: impl Iterator<Item = (u16, &'l ChoiceList)>,
    heading: &Format,
) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet();
    sheet.set_name(CHOICES)?;
    for (place, (_, list)) in (0_u16..).zip(lists) {
        sheet.write_string_with_format(0, place, list.name, heading)?;
        for (row, choice) in (1_u32..).zip(list.choices) {
            sheet.write_string(row, place, choice.zh)?;
        }
    }
    Ok(())
}

fn write_notes(workbook: &mut Workbook, table: &Table) -> Result<(), XlsxError> {
    let sheet = workbook.add_worksheet();
    sheet.set_name("说明")?;
    sheet.set_column_width(0, 90)?;
    let order: Vec<_> = kinds().filter_map(sync_protocol::kinds::named).map(|kind| kind.zh).collect();
    let order = format!("几张表请按这个顺序导入：{}。", order.join("、"));
    let grouped = if table.grouped {
        "一条记录可以写几行：同名的行合成一条。"
    } else {
        "一行是一条记录。"
    };
    let notes = [
        "从第 4 行开始填写；“示例”那一行不会导入。带 ● 的列新建时必须填写。",
        grouped,
        "空格子不改变已有内容；已有的内容不会因为表里没有而删除。",
        "金额写数字，单位写在标题里：元、万元、亿元；面积单位㎡。日期写成 2016-03-01。",
        "学校可以写标识码或全称；同名学校写“乡镇/校名”。规划写“名称 版本”。项目写“学校/项目名称”。一格里写几个时用顿号“、”隔开。",
        &order,
        "导入前先试算：逐行列出会新建什么、改什么、哪个格子有错，确认后才写入。",
        "Fill in from row 4. Columns marked ● are needed for new records; an empty cell changes nothing. A dry run shows what would change, row by row.",
    ];
    for (row, note) in (0_u32..).zip(notes) {
        sheet.write_string(row, 0, note)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::imports::sheet;

    #[test]
    fn a_template_as_it_is_has_headings_that_are_known_and_nothing_to_import() {
        for kind in kinds() {
            let table = Table::of(kind).unwrap();
            let rows = sheet::read(&template(kind).unwrap()).unwrap();
            let layout = table.lay_out(&rows).unwrap();
            assert_eq!(layout.columns.len(), table.columns.len(), "{kind}");
            assert!(layout.unknown.is_empty() && layout.rows.is_empty(), "{kind}: {layout:?}");
        }
        assert!(template("diary").is_err());
    }
}
