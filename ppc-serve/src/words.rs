//! The words among the arguments: the command, the store, and what the command is about.

use crate::failure::Failure;
use crate::place::{Place, VARIABLE};

/// The words behind the command that were not taken yet.
#[derive(Debug)]
pub(crate) struct Words {
    command: &'static str,
    left: std::vec::IntoIter<String>,
    environment: Option<String>,
    prefix: Option<String>,
}

const COMMANDS: [&str; 5] = ["show", "list", "drop", "reset", "migrate"];

impl Words {
    /// Without the first one, where that is a command.
    pub(crate) fn new(
        mut words: Vec<String>,
        environment: Option<String>,
        prefix: Option<String>,
    ) -> Self {
        let first = words.first();
        let command = COMMANDS
            .into_iter()
            .find(|name| first.is_some_and(|first| first == name));
        if command.is_some() {
            words.remove(0);
        }
        Self {
            command: command.unwrap_or("serve"),
            left: words.into_iter(),
            environment,
            prefix,
        }
    }

    pub(crate) fn command(&self) -> &'static str {
        self.command
    }

    /// The store, which is the next word, or else in the environment.
    pub(crate) fn place(&mut self) -> Result<Place, Failure> {
        let url = match self.left.next() {
            Some(url) => return Ok(self.given(url)),
            None => self.environment.take(),
        };
        let missing = || {
            let text = "no store is said: expected a URL or a path, such as `redis://host` or \
                        `/var/lib/metrics.db`";
            Failure::Usage(format!("{text}, or the variable {VARIABLE}"))
        };
        Ok(Place::new(url.ok_or_else(missing)?, self.prefix.take()))
    }

    /// The same where further words follow: where the environment has a store, the next word is
    /// another one only where it looks like one, and no family does.
    pub(crate) fn place_before_others(&mut self) -> Result<Place, Failure> {
        let next = self.left.as_slice().first();
        if !next.is_some_and(|word| word.contains('/'))
            && let Some(url) = self.environment.take()
        {
            return Ok(Place::new(url, self.prefix.take()));
        }
        self.place()
    }

    /// All other words; one at the least.
    pub(crate) fn families(mut self) -> Result<Vec<String>, Failure> {
        let families: Vec<String> = self.left.by_ref().collect();
        if families.is_empty() {
            let text = format!("`{}` expects a family, as `list` names them", self.command);
            return Err(Failure::Usage(text));
        }
        Ok(families)
    }

    /// The one other word.
    pub(crate) fn family(self) -> Result<String, Failure> {
        let mut families = self.families()?.into_iter();
        let first = families.next().unwrap_or_default();
        match families.next() {
            Some(word) => Err(unexpected(&word)),
            None => Ok(first),
        }
    }

    /// Refuses a further word.
    pub(crate) fn end(mut self) -> Result<(), Failure> {
        self.left
            .next()
            .map_or(Ok(()), |word| Err(unexpected(&word)))
    }

    fn given(&mut self, url: String) -> Place {
        let place = Place::new(url, self.prefix.take());
        if place.has_password() {
            eprintln!(
                "ppc-serve: everybody on this machine can read the password in the arguments; \
                 {VARIABLE} takes the URL, and `?password_file=` and `?password_env=` say where \
                 a password is"
            );
        }
        place
    }
}

/// It may be a URL with a password where the order of the words is wrong.
fn unexpected(word: &str) -> Failure {
    let word = word.split_once("://").map_or(word, |(scheme, _)| scheme);
    Failure::Usage(format!("unexpected argument `{word}`"))
}
