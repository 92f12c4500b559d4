//! The keys of a prefix. None is that of another prefix or family, whatever these are called: a slash
//! is in neither.

/// The keys of one prefix.
#[derive(Clone, Copy, Debug)]
pub(super) struct Keys<'a>(&'a str);

impl<'a> Keys<'a> {
    pub(super) fn new(prefix: &'a str) -> Self {
        Self(prefix)
    }

    /// Every family, by the time until which it may have series.
    pub(super) fn families(self) -> String {
        format!("{}/families", self.0)
    }

    /// What is declared, the series, what each process says of them, and the numbers of writers.
    pub(super) fn of_family(self, name: &str) -> [String; 4] {
        ["declared", "series", "each", "writers"].map(|what| self.key(name, what))
    }

    /// The first three, where they are set aside.
    pub(super) fn aside(self, name: &str) -> [String; 3] {
        ["declared", "series", "each"].map(|what| self.key(name, &format!("aside/{what}")))
    }

    /// In braces is what decides in which slot of a cluster it is.
    fn key(self, name: &str, what: &str) -> String {
        format!("{{{}/{name}}}/{what}", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn f30_prefixes_and_names_cannot_be_mistaken_for_others() {
        let (one, other) = (
            Keys::new("a_b").of_family("c"),
            Keys::new("a").of_family("b_c"),
        );
        assert!(one.iter().all(|key| !other.contains(key)));
        assert_eq!(one[1], "{a_b/c}/series");
        assert_ne!(
            Keys::new("a").families(),
            Keys::new("a/families").families()
        );
    }
}
