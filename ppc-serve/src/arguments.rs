//! What the command line asks for.

use lexopt::Parser;
use lexopt::prelude::{Long, Short, Value, ValueExt as _};
use ppc::store::Migration;

use crate::failure::Failure;
use crate::options::Options;
use crate::place::Place;
use crate::serve::Settings;
use crate::words::Words;

/// One command with all that it needs.
#[derive(Debug)]
pub(crate) enum Command {
    Help,
    Version,
    Serve(Place, Box<Settings>),
    Show(Place),
    List(Place),
    Drop(Place, Vec<String>),
    Reset(Place),
    Migrate(Place, String, Migration),
}

/// Reads the arguments; `environment` is the store that the environment names.
pub(crate) fn read(mut from: Parser, environment: Option<String>) -> Result<Command, Failure> {
    let mut options = Options::new();
    let mut words = Vec::new();
    while let Some(argument) = from.next()? {
        let name = match argument {
            Short('h') | Long("help") => return Ok(Command::Help),
            Short('V') | Long("version") => return Ok(Command::Version),
            Value(word) => {
                words.push(word.string()?);
                continue;
            }
            Long(name) => Options::known(name),
            Short(_) => None,
        };
        match name {
            Some(name) => options.take(name, &mut from)?,
            None => return Err(argument.unexpected().into()),
        }
    }
    command(
        Words::new(words, environment, options.prefix.clone()),
        options,
    )
}

fn command(mut words: Words, options: Options) -> Result<Command, Failure> {
    let name = words.command();
    options.check(name)?;
    if name == "drop" {
        let place = words.place_before_others()?;
        return Ok(Command::Drop(place, words.families()?));
    }
    if name == "migrate" {
        let place = words.place_before_others()?;
        if options.changes_nothing() {
            let text = "`migrate` expects what changes: `--add-label NAME=VALUE`, \
                        `--remove-label NAME`, `--rename-label OLD=NEW` or `--buckets 0.1,1,10`";
            return Err(Failure::Usage(text.to_owned()));
        }
        return Ok(Command::Migrate(place, words.family()?, options.migration));
    }
    let place = words.place()?;
    words.end()?;
    match name {
        "show" => Ok(Command::Show(place)),
        "list" => Ok(Command::List(place)),
        "reset" if options.yes => Ok(Command::Reset(place)),
        "reset" => {
            let text = "`reset` removes everything that is stored there: expected `--yes` as well";
            Err(Failure::Usage(text.to_owned()))
        }
        _ => Ok(Command::Serve(place, Box::new(Settings::new(options)?))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str, environment: Option<&str>) -> Result<Command, Failure> {
        let parser = Parser::from_args(line.split_whitespace());
        read(parser, environment.map(str::to_owned))
    }

    /// What is wrong with the arguments.
    #[track_caller]
    fn wrong(line: &str) -> String {
        match parse(line, None) {
            Err(Failure::Usage(text)) => text,
            other => panic!("{line}: {other:?}"),
        }
    }

    fn at(url: &str) -> Place {
        Place::new(url.to_owned(), None)
    }

    #[test]
    fn commands_are_read() {
        assert!(matches!(parse("--help nonsense", None), Ok(Command::Help)));
        assert!(matches!(parse("show -h", None), Ok(Command::Help)));
        assert!(matches!(parse("-V", None), Ok(Command::Version)));
        let served = parse("--listen :1 /a.db --listen :2 --prefix p", None);
        let Ok(Command::Serve(place, settings)) = served else {
            panic!("{served:?}")
        };
        assert_eq!(place, Place::new("/a.db".to_owned(), Some("p".to_owned())));
        assert_eq!(settings.listen(), [":1", ":2"]);
        let Ok(Command::Serve(_, settings)) = parse("/a.db", None) else {
            panic!("the store alone is enough")
        };
        assert_eq!(settings.listen(), ["127.0.0.1:9100"]);
        let listed = parse("list", Some("/env.db"));
        assert!(matches!(listed, Ok(Command::List(place)) if place == at("/env.db")));
        let shown = parse("show /a.db", Some("/env.db"));
        assert!(matches!(shown, Ok(Command::Show(place)) if place == at("/a.db")));
        let reset = parse("reset --yes /a.db", None);
        assert!(matches!(reset, Ok(Command::Reset(place)) if place == at("/a.db")));
        let migrated = parse("migrate a.db jobs --add-label a=b=c --buckets 1,+Inf", None);
        assert!(matches!(migrated, Ok(Command::Migrate(_, family, _)) if family == "jobs"));
    }

    #[test]
    fn families_stand_behind_the_store() {
        for (line, environment, place) in [
            ("drop a.db jobs rows", None, "a.db"),
            ("drop jobs rows", Some("/env.db"), "/env.db"),
            ("drop ./a.db jobs rows", Some("/env.db"), "./a.db"),
            (
                "drop redis://host jobs rows",
                Some("/env.db"),
                "redis://host",
            ),
        ] {
            let dropped = parse(line, environment);
            let Ok(Command::Drop(found, families)) = dropped else {
                panic!("{line}: {dropped:?}")
            };
            assert_eq!(
                (found, &*families),
                (at(place), &["jobs".to_owned(), "rows".to_owned()][..])
            );
        }
    }

    #[test]
    fn wrong_usage_says_what_was_found_and_what_is_expected() {
        for (line, expected) in [
            ("", "the variable PPC_STORE"),
            ("list", "no store is said"),
            ("/a.db /b.db", "unexpected argument `/b.db`"),
            ("/a.db redis://u:secret@h", "unexpected argument `redis`"),
            ("/a.db --listn :1", "'--listn'"),
            ("/a.db -x", "'-x'"),
            ("/a.db --listen", "--listen"),
            ("/a.db --timeout soon", "soon"),
            ("/a.db --timeout 0", "`--timeout`"),
            ("/a.db --own-metrics=yes", "--own-metrics"),
            ("/a.db --tls-cert a.pem", "`--tls-key`"),
            ("/a.db --tls-key a.pem", "`--tls-cert`"),
            ("/a.db --client-ca a.pem", "`--tls-cert`"),
            ("/a.db --password-file a", "`--basic-auth`"),
            ("/a.db --yes", "`serve` has no option `--yes`"),
            (
                "list /a.db --listen :1",
                "`list` has no option `--listen`: it has `--prefix`",
            ),
            ("reset /a.db", "`--yes`"),
            ("drop /a.db", "expects a family"),
            ("migrate /a.db jobs", "`--buckets 0.1,1,10`"),
            (
                "migrate /a.db a b --remove-label x",
                "unexpected argument `b`",
            ),
            ("migrate /a.db --remove-label x", "expects a family"),
            ("migrate /a.db a --add-label x", "NAME=VALUE: found `x`"),
            ("migrate /a.db a --rename-label =x", "OLD=NEW: found `=x`"),
            ("migrate /a.db a --buckets 1,b", "found `1,b`"),
            ("migrate /a.db a --buckets NaN", "found `NaN`"),
        ] {
            let text = wrong(line);
            assert!(text.contains(expected), "{line}: {text}");
            assert!(!text.contains("secret"), "{text}");
        }
    }
}
