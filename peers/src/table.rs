//! Tables of results, for the eye or for a document.

/// How tables are printed.
#[derive(Clone, Copy, Default)]
pub(crate) enum Style {
    /// Columns that stand under each other.
    #[default]
    Plain,
    /// To be pasted into a document.
    Markdown,
}

/// A case's results: a row a library.
pub(crate) struct Table {
    title: String,
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
    notes: Vec<String>,
}

impl Table {
    /// Begins a table; the first column has no name.
    pub(crate) fn new(title: impl Into<String>, columns: &[&str]) -> Self {
        let columns = std::iter::once("").chain(columns.iter().copied());
        Self {
            title: title.into(),
            columns: columns.map(str::to_owned).collect(),
            rows: Vec::new(),
            notes: Vec::new(),
        }
    }

    pub(crate) fn row(&mut self, name: &str, cells: impl IntoIterator<Item = String>) {
        let row = std::iter::once(name.to_owned()).chain(cells).collect();
        self.rows.push(row);
    }

    /// Adds a sentence below the table.
    pub(crate) fn note(mut self, note: &str) -> Self {
        self.notes.push(note.to_owned());
        self
    }

    pub(crate) fn print(&self, style: Style) {
        match style {
            Style::Plain => self.print_plain(),
            Style::Markdown => self.print_markdown(),
        }
    }

    fn print_plain(&self) {
        println!("\n{}", self.title);
        let lines = || std::iter::once(&self.columns).chain(&self.rows);
        let width = |column: usize| {
            let cells = lines().filter_map(|line| line.get(column));
            cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
        };
        let widths: Vec<usize> = (0..self.columns.len()).map(width).collect();
        for line in lines() {
            let mut cells = line.iter().zip(&widths);
            if let Some((name, width)) = cells.next() {
                print!("  {name:<width$}");
            }
            cells.for_each(|(cell, width)| print!("  {cell:>width$}"));
            println!();
        }
        self.notes.iter().for_each(|note| println!("  {note}"));
    }

    fn print_markdown(&self) {
        println!("\n### {}\n", self.title);
        println!("| {} |", self.columns.join(" | "));
        println!("|---|{}", "--:|".repeat(self.columns.len() - 1));
        for row in &self.rows {
            println!("| {} |", row.join(" | "));
        }
        self.notes.iter().for_each(|note| println!("\n{note}"));
    }
}

/// A cell with a number, or without one.
pub(crate) fn number(number: f64) -> String {
    if number.is_nan() {
        "-".to_owned()
    } else {
        format!("{number:.2}")
    }
}
