//! Tables. On a terminal they are as wide as it is; elsewhere nothing is cut.

use super::output::text;
use rustix::termios::tcgetwinsize;
use std::io::{self, IsTerminal};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

const GAP: &str = "  ";
/// What is left of a column that is cut: enough to tell an email address from another.
const MIN_WIDTH: usize = 16;
const CUT: char = '…';

/// A column of a table.
pub struct Column {
    /// The key of its heading.
    key: &'static str,
    /// Whether it is made narrower if the table is too wide.
    gives_way: bool,
}

impl Column {
    /// A column whose cells are short, or useless if they are cut.
    pub const fn fixed(key: &'static str) -> Self {
        Self { key, gives_way: false }
    }

    /// A column whose cells may be long.
    pub const fn flexible(key: &'static str) -> Self {
        Self { key, gives_way: true }
    }
}

/// The lines of a table with its headings; each column is as wide as its widest cell.
pub fn lines<const N: usize>(columns: &[Column; N], rows: &[[String; N]]) -> Vec<String> {
    fitted(columns, rows, terminal_width())
}

/// A line, cut to the terminal.
pub fn fit(line: &str) -> String {
    match terminal_width() {
        Some(width) => cut(line, width),
        None => line.to_owned(),
    }
}

fn fitted<const N: usize>(
    columns: &[Column; N],
    rows: &[[String; N]],
    max: Option<usize>,
) -> Vec<String> {
    let headings = columns.each_ref().map(|column| text(column.key, &[]));
    let all = || std::iter::once(&headings).chain(rows);
    let mut widths = [0; N];
    for row in all() {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(cell.width());
        }
    }
    if let Some(max) = max {
        narrow(columns, &mut widths, max);
    }
    let line = |row: &[String; N]| {
        let cells: Vec<_> = row.iter().zip(widths).map(|(cell, width)| pad(cell, width)).collect();
        let line = cells.join(GAP);
        max.map_or_else(|| line.trim_end().to_owned(), |max| cut(line.trim_end(), max))
    };
    all().map(line).collect()
}

/// Takes from the widest of the columns that give way, until the table fits or all are narrow.
fn narrow<const N: usize>(columns: &[Column; N], widths: &mut [usize; N], max: usize) {
    while widths.iter().sum::<usize>() + GAP.len() * N.saturating_sub(1) > max {
        let flexible = widths.iter_mut().zip(columns).filter(|(_, column)| column.gives_way);
        match flexible.map(|(width, _)| width).max() {
            Some(widest) if *widest > MIN_WIDTH => *widest -= 1,
            _ => return,
        }
    }
}

/// A cell in exactly this width.
fn pad(cell: &str, width: usize) -> String {
    let cell = cut(cell, width);
    let missing = width.saturating_sub(cell.width());
    cell + &" ".repeat(missing)
}

fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut left = width.saturating_sub(1);
    let fits = |c: &char| {
        let rest = left.checked_sub(c.width().unwrap_or(0));
        left = rest.unwrap_or(left);
        rest.is_some()
    };
    text.chars().take_while(fits).chain([CUT]).collect()
}

fn terminal_width() -> Option<usize> {
    let output = io::stdout();
    let size = output.is_terminal().then(|| tcgetwinsize(output).ok()).flatten()?;
    // Serial lines and some emulators do not know theirs.
    Some(usize::from(size.ws_col)).filter(|width| *width > 0)
}

#[cfg(test)]
mod tests {
    use super::*;

    const COLUMNS: [Column; 3] = [
        Column::fixed("cli-column-id"),
        Column::flexible("cli-column-name"),
        Column::fixed("cli-column-role"),
    ];

    fn rows() -> Vec<[String; 3]> {
        [("1", "Ada", "user"), ("22", "山田太郎の長い名前です、とても", "admin")]
            .map(|(id, name, role)| [id, name, role].map(str::to_owned))
            .into()
    }

    #[test]
    fn columns_are_as_wide_as_their_widest_cell_on_the_screen() {
        let lines = fitted(&COLUMNS, &rows(), None);
        assert_eq!(lines[1], format!("1   Ada{}  user", " ".repeat(27)));
        assert_eq!(lines[2], "22  山田太郎の長い名前です、とても  admin");
    }

    #[test]
    fn no_line_is_wider_than_the_terminal() {
        for width in 1..60 {
            for line in fitted(&COLUMNS, &rows(), Some(width)) {
                assert!(line.width() <= width, "{width}: {line}");
            }
        }
        let lines = fitted(&COLUMNS, &rows(), Some(28));
        assert_eq!(lines[2], "22  山田太郎の長い名…  admin", "what is not useless is cut first");
        assert_eq!(lines[1], "1   Ada                user");
    }
}
