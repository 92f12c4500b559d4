//! Unknown, misplaced and malformed keys of `#[label(..)]`.

use ppc::LabelValue;

#[derive(Clone, Copy, LabelValue)]
#[label(renameall = "kebab-case")]
enum Misspelt {
    Ok,
}

#[derive(Clone, Copy, LabelValue)]
#[label(rename_all = "Kebab-Case")]
enum Case {
    #[label(rename_all = "lowercase")]
    Ok,
    #[label(rename = 5)]
    Number,
    #[label(rename)]
    Bare,
    #[label]
    Empty,
    #[label(skip = true)]
    Switched,
    #[label(skip, skip)]
    Twice,
    #[label(skip, rename = "text")]
    Both,
    #[label(skipped)]
    Misspelt,
}

#[derive(Clone, Copy, LabelValue)]
enum Skipped {
    #[label(skip)]
    One,
    #[label(skip)]
    Two(u8),
}

fn main() {}
