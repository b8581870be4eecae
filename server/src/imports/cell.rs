//! What a cell says, as a value. Amounts and areas are whole numbers of their smallest unit and never
//! pass through a float on the way.

use chrono::NaiveDate;
use sync_protocol::kinds::{ChoiceList, Type, Unit};
use sync_protocol::value::{MAX_INTEGER, Value};

use super::columns::{Scale, half_width};

/// Why a cell cannot be read: in Chinese and in English.
pub(super) type Reason = (String, String);

/// Reads a cell.
///
/// # Errors
/// Why it is none of that type.
pub(super) fn read(ty: &Type, scale: Option<Scale>, text: &str) -> Result<Value, Reason> {
    let value = match ty {
        Type::Int { .. } => Value::Int(whole(text, scale)?),
        Type::Number => number(text)?,
        Type::Choice(list) | Type::OpenChoice(list) => Value::from(choice(list, text).unwrap_or(text)),
        Type::Digits { .. } => Value::from(plain_text(text)),
        Type::Date => Value::from(date(text)?),
        Type::Bool => Value::from(yes_or_no(text)?),
        _ => Value::from(text),
    };
    ty.check(&value).map_err(|refusal| (refusal.zh, refusal.en)).map(|()| value)
}

/// Half-width, without blanks.
fn plain_text(text: &str) -> String {
    text.chars().map(half_width).filter(|c| !c.is_whitespace()).collect()
}

/// The code of a choice by what people call it.
fn choice(list: &str, text: &str) -> Option<&'static str> {
    let choices = ChoiceList::named(list)?.choices.iter();
    choices
        .clone()
        .find(|choice| choice.zh == text || choice.code == text)
        .or_else(|| choices.clone().find(|choice| choice.en.eq_ignore_ascii_case(text)))
        .map(|choice| choice.code)
}

/// A whole number of the smallest unit, to the last digit.
fn whole(text: &str, scale: Option<Scale>) -> Result<i64, Reason> {
    let plain = plain_text(text).replace(',', "");
    let plain = plain.strip_suffix('年').unwrap_or(&plain);
    let tens = scale.map_or(0, |scale| scale.tens);
    let (sign, digits) = plain.strip_prefix('-').map_or((1, plain), |rest| (-1, rest));
    let (before, after) = digits.split_once('.').unwrap_or((digits, ""));
    let is_number =
        !before.is_empty() && before.bytes().chain(after.bytes()).all(|byte| byte.is_ascii_digit());
    if !is_number {
        return Err((format!("“{text}”不是数字"), format!("{text:?} is not a number")));
    }
    let after = after.trim_end_matches('0');
    if after.len() > tens as usize {
        return Err(match scale {
            Some(Scale { word, .. }) => (
                format!("“{text}”的小数太多：以“{word}”为单位最多 {tens} 位小数"),
                format!("{text:?} has too many decimals: at most {tens} in {word}"),
            ),
            None => (format!("“{text}”不是整数"), format!("{text:?} is not a whole number")),
        });
    }
    let digits = format!("{before}{after}{}", "0".repeat(tens as usize - after.len()));
    let number = digits.parse::<i64>().ok().filter(|number| *number <= MAX_INTEGER);
    number
        .map(|number| sign * number)
        .ok_or_else(|| (format!("“{text}”太大"), format!("{text:?} is too large")))
}

fn number(text: &str) -> Result<Value, Reason> {
    let plain = plain_text(text).replace(',', "");
    if let Ok(whole) = whole(&plain, None) {
        return Ok(Value::Int(whole));
    }
    let is_plain = plain.bytes().all(|byte| byte.is_ascii_digit() || matches!(byte, b'.' | b'-'));
    let number = plain.parse::<f64>().ok().filter(|number| is_plain && number.fract() != 0.0);
    number
        .map(Value::Number)
        .ok_or_else(|| (format!("“{text}”不是数字"), format!("{text:?} is not a number")))
}

/// A day, in the spellings that stand in people's tables.
fn date(text: &str) -> Result<String, Reason> {
    let plain: String = plain_text(text)
        .chars()
        .map(|c| if matches!(c, '/' | '.' | '年' | '月') { '-' } else { c })
        .filter(|c| *c != '日')
        .collect();
    let day = if plain.len() == 8 && plain.bytes().all(|byte| byte.is_ascii_digit()) {
        NaiveDate::parse_from_str(&plain, "%Y%m%d").ok()
    } else {
        let mut parts = plain.split('-').map(|part| part.parse::<u32>().ok());
        match (parts.next().flatten(), parts.next().flatten(), parts.next().flatten(), parts.next()) {
            (Some(year @ 1900..=2999), Some(month), Some(day), None) => {
                NaiveDate::from_ymd_opt(year.cast_signed(), month, day)
            }
            _ => None,
        }
    };
    day.map(|day| day.to_string()).ok_or_else(|| {
        (format!("“{text}”不是日期，应如 2016-03-01"), format!("{text:?} is no date; write it as 2016-03-01"))
    })
}

fn yes_or_no(text: &str) -> Result<bool, Reason> {
    match plain_text(text).to_lowercase().as_str() {
        "是" | "需要" | "有" | "√" | "y" | "yes" | "true" | "1" => Ok(true),
        "否" | "不需要" | "无" | "×" | "n" | "no" | "false" | "0" => Ok(false),
        _ => Err((format!("“{text}”应写“是”或“否”"), format!("{text:?} must be 是 (yes) or 否 (no)"))),
    }
}

/// A value as it is shown beside another one.
pub(super) fn shown(ty: &Type, unit: Option<Unit>, value: &Value) -> String {
    match (value, unit) {
        (Value::Int(fen), Some(Unit::Fen)) => format!("{} 元", hundredths(*fen)),
        (Value::Int(area), Some(Unit::HundredthSquareMetre)) => format!("{} ㎡", hundredths(*area)),
        (Value::Int(share), Some(Unit::BasisPoint)) => format!("{}%", hundredths(*share)),
        (Value::Int(number), _) => number.to_string(),
        (Value::Number(number), _) => number.to_string(),
        (Value::Bool(claim), _) => if *claim { "是" } else { "否" }.to_owned(),
        (Value::Text(text), _) => match ty {
            Type::Choice(list) | Type::OpenChoice(list) => {
                let choices = ChoiceList::named(list).map_or(&[][..], |list| list.choices);
                choices
                    .iter()
                    .find(|choice| choice.code == text)
                    .map_or(text.as_str(), |choice| choice.zh)
                    .to_owned()
            }
            _ => text.clone(),
        },
        (Value::List(_) | Value::Map(_), _) => serde_json::to_string(value).unwrap_or_default(),
    }
}

fn hundredths(number: i64) -> String {
    let (sign, number) = (if number < 0 { "-" } else { "" }, number.unsigned_abs());
    format!("{sign}{}.{:02}", number / 100, number % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAN: Option<Scale> = Some(Scale { word: "万元", tens: 6 });
    const YUAN: Option<Scale> = Some(Scale { word: "元", tens: 2 });

    #[test]
    fn money_is_exact_to_the_last_fen() {
        for (text, scale, expected) in [
            ("7586.80", WAN, Ok(7_586_800_000)),
            ("0.000001", WAN, Ok(1)),
            ("0.0000001", WAN, Err(())),
            ("１，２３４．５", YUAN, Ok(123_450)),
            ("90071992547409.91", YUAN, Ok(9_007_199_254_740_991)),
            ("90071992547409.92", YUAN, Err(())),
            ("-3", YUAN, Ok(-300)),
            ("12元", YUAN, Err(())),
            (".5", YUAN, Err(())),
            ("1e3", YUAN, Err(())),
            ("", YUAN, Err(())),
            ("2016年", None, Ok(2016)),
            ("3.5", None, Err(())),
        ] {
            assert_eq!(whole(text, scale).map_err(drop), expected, "{text}");
        }
        assert!(read(&Type::COUNT, YUAN, "-3").is_err(), "what is planned is not negative");
    }

    #[test]
    fn days_are_read_in_the_spellings_of_tables() {
        for text in ["2016-03-01", "2016/3/1", "2016.3.1", "2016年3月1日", "20160301", "２０１６－３－１"]
        {
            assert_eq!(date(text), Ok("2016-03-01".to_owned()), "{text}");
        }
        for text in ["2016-13-01", "2016", "3月1日", "42430", "2016-3-1-1", "1-2-2016"] {
            assert!(date(text).is_err(), "{text}");
        }
    }

    #[test]
    fn choices_are_known_by_word_and_by_code() {
        let ty = Type::Choice("project_class");
        for text in ["设施设备类", "equipment", "facilities and equipment"] {
            assert_eq!(read(&ty, None, text), Ok(Value::from("equipment")), "{text}");
        }
        let (zh, en) = read(&ty, None, "房子").unwrap_err();
        assert!(zh.contains("校园校舍建设类") && en.contains("building"), "{zh} {en}");
        assert_eq!(read(&Type::OpenChoice("work_type"), None, "加固"), Ok(Value::from("加固")));
        assert_eq!(read(&Type::Number, None, "3.50"), Ok(Value::Number(3.5)));
        assert_eq!(read(&Type::Number, None, "45.0"), Ok(Value::Int(45)));
        assert!(read(&Type::Number, None, "inf").is_err());
        assert_eq!(read(&Type::Bool, None, "√"), Ok(Value::from(true)));
        assert!(read(&Type::Digits { min: 10, max: 10 }, None, "12345").is_err());
    }
}
