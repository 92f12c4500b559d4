//! Series of an old declaration into those of a new one.

use std::borrow::Cow;
use std::time::Duration;

use ppc_core::Kind;

use super::backend::{Backend, Fault, Shelf, Verdict};
use super::row::{Row, add, number};
use crate::batch::{Class, Declared, Head, Op, chunks, escape, labels, push_escaped};

/// How a family's declaration changed, so that what was counted before is not lost: see
/// [`Store::migrate`](crate::Store::migrate).
///
/// # Examples
///
/// ```
/// use ppc_transports::Migration;
///
/// let migration = Migration::new()
///     .add_label("region", "eu")
///     .remove_label("shard")
///     .rename_label("verb", "method");
/// # let _ = migration;
/// ```
#[derive(Clone, Debug, Default)]
pub struct Migration {
    added: Vec<(String, String)>,
    removed: Vec<String>,
    renamed: Vec<(String, String)>,
    buckets: Option<Vec<f64>>,
}

/// Series that are written in one step.
const STEP: usize = 200;

/// What is written in one step: lines, and until when each is kept.
type Step = Vec<(String, Option<u64>)>;

impl Migration {
    /// Nothing changed.
    pub fn new() -> Self {
        Self::default()
    }

    /// There is a further label, which what there is has this value of.
    #[must_use]
    pub fn add_label(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.added.push((name.into(), value.into()));
        self
    }

    /// A label is not there any more: what differs in nothing else is added up.
    #[must_use]
    pub fn remove_label(mut self, name: impl Into<String>) -> Self {
        self.removed.push(name.into());
        self
    }

    /// A label has another name.
    #[must_use]
    pub fn rename_label(mut self, from: impl Into<String>, to: impl Into<String>) -> Self {
        self.renamed.push((from.into(), to.into()));
        self
    }

    /// A histogram has these bounds. Each has to be one that it had: what was counted between two
    /// bounds cannot be told apart any more.
    #[must_use]
    pub fn buckets(mut self, bounds: impl IntoIterator<Item = f64>) -> Self {
        self.buckets = Some(bounds.into_iter().collect());
        self
    }

    /// The new declaration, and for each bucket that there was the one that it is in.
    fn declare(&self, old: &Declared) -> Result<(Declared, Vec<usize>), Fault> {
        let mut new = old.clone();
        let missing = |name: &str| {
            let known = old.labels.join("`, `");
            Fault::new(
                "declared",
                format!("there is no label `{name}`: there are `{known}`"),
            )
        };
        for name in self
            .removed
            .iter()
            .chain(self.renamed.iter().map(|(from, _)| from))
        {
            let at = new.labels.iter().position(|label| label == name);
            new.labels.remove(at.ok_or_else(|| missing(name))?);
        }
        let names = self.added.iter().map(|(name, _)| name);
        for name in names.chain(self.renamed.iter().map(|(_, to)| to)) {
            if new.labels.contains(name) {
                let text = format!("there is a label `{name}` already");
                return Err(Fault::new("declared", text));
            }
            new.labels.push(name.clone());
        }
        new.labels.sort_unstable();
        let mut places: Vec<usize> = (0..old.own.len()).collect();
        if let Some(bounds) = &self.buckets {
            if old.kind != Kind::Histogram {
                return Err(Fault::new("declared", "only a histogram has buckets"));
            }
            let mut kept = bounds.clone();
            kept.push(f64::INFINITY);
            kept.sort_by(f64::total_cmp);
            kept.dedup();
            let le = |bound: &f64| {
                let le = old.own.iter().find(|le| number(le) == *bound);
                le.cloned().ok_or_else(|| {
                    let known = old.own.join(", ");
                    let text = format!("there is no bucket of {bound}: there are {known}");
                    Fault::new("declared", text)
                })
            };
            new.own = kept.iter().map(le).collect::<Result<_, _>>()?;
            let place = |le: &String| kept.iter().position(|bound| number(le) <= *bound);
            places = old.own.iter().filter_map(place).collect();
        }
        Ok((new, places))
    }

    /// What a series is called from now on.
    fn field(&self, field: &str, old: &Declared, new: &Declared) -> Option<String> {
        let mut all: Vec<(Cow<'_, str>, Cow<'_, str>)> = labels(field, old)?;
        all.retain(|(name, _)| !self.removed.iter().any(|removed| removed == name));
        for (name, _) in &mut all {
            let renamed = self.renamed.iter().find(|(from, _)| from == name);
            if let Some((_, to)) = renamed {
                *name = Cow::Borrowed(to);
            }
        }
        all.extend(
            self.added
                .iter()
                .map(|(a, b)| (Cow::Borrowed(&**a), Cow::Borrowed(&**b))),
        );
        let mut words = String::new();
        let mut push = |word: &str| {
            if !words.is_empty() {
                words.push('\t');
            }
            push_escaped(word, &mut words);
        };
        for label in &new.labels {
            let at = all.iter().position(|(name, _)| name == label)?;
            push(&all.swap_remove(at).1);
        }
        all.sort_unstable();
        for (name, value) in &all {
            push(name);
            push(value);
        }
        Some(words)
    }
}

/// Moves a family to another declaration; how many series there were.
///
/// What was counted is set aside, so that the new declaration has the name from then on, and is then
/// added to what is counted there, a step at a time: each step counts once, also where this breaks off
/// and is begun again.
pub(super) fn migrate(
    backend: &mut dyn Backend,
    name: &str,
    migration: &Migration,
    mark: &str,
) -> Result<usize, Fault> {
    let known = backend.read()?;
    // It broke off; the name may be that of the new declaration already.
    let mut shelf = backend.aside(name)?;
    if shelf.is_none() {
        // Before anything is touched.
        if let Some(shelf) = known.families.iter().find(|shelf| shelf.name == name) {
            migration.declare(&declared(shelf)?)?;
        }
        shelf = backend.set_aside(name, mark)?;
    }
    let Some(shelf) = shelf else {
        return Err(Fault::new("missing", format!("there is no `{name}`")));
    };
    let old = declared(&shelf)?;
    let (new, places) = migration.declare(&old)?;
    let now = u64::try_from(known.now.as_millis()).unwrap_or(u64::MAX);
    let line = |(field, text): &(String, String)| {
        // What each process says is said again by those that run.
        let row = Row::parse(text, now).filter(|_| old.class() != Class::Each)?;
        let Some(field) = migration.field(field, &old, &new) else {
            return Some(Err(Fault::new("store", "a series is not understood")));
        };
        let (op, value) = match old.kind {
            Kind::Histogram => (Op::Add, merged(row.value, &places, new.own.len())),
            _ if old.class() == Class::Sum => (Op::Add, row.value.to_owned()),
            // What was said of it meanwhile is newer.
            _ if !row.value.is_empty() => (Op::Touch, row.value.to_owned()),
            _ => (Op::Set, String::new()),
        };
        let line = format!("{}{value}\t{field}\n", op.sign());
        Some(Ok((line, row.until)))
    };
    // Each step has the same series when this is begun again, whichever are over by then.
    let steps = shelf.series.chunks(STEP);
    let steps = steps.map(|step| step.iter().filter_map(line).collect());
    let mut steps = steps.collect::<Result<Vec<Step>, Fault>>()?;
    if steps.is_empty() {
        // Also where there is no series, the new declaration is there.
        steps.push(Step::new());
    }
    write(backend, &shelf, &new, &steps, now)?;
    backend.drop_aside(name)?;
    Ok(steps.iter().map(Vec::len).sum())
}

fn declared(shelf: &Shelf) -> Result<Declared, Fault> {
    let declared = Declared::parse(&shelf.declared);
    declared.ok_or_else(|| Fault::new("store", "its declaration is not understood"))
}

/// The sum and the buckets of a histogram, in the buckets that there are from now on.
fn merged(value: &str, places: &[usize], buckets: usize) -> String {
    let (sum, counts) = value.split_once(' ').unwrap_or((value, ""));
    let mut merged = vec!["0".to_owned(); buckets];
    for (place, count) in places.iter().zip(counts.split(' ')) {
        if let Some(merged) = merged.get_mut(*place) {
            *merged = add(merged, count);
        }
    }
    format!("{sum} {}", merged.join(" "))
}

fn write(
    backend: &mut dyn Backend,
    shelf: &Shelf,
    new: &Declared,
    steps: &[Step],
    now: u64,
) -> Result<(), Fault> {
    let declared = new.to_text();
    for (number, step) in (1..).zip(steps) {
        let until = step.iter().map(|(_, until)| *until);
        let left = |until: Option<u64>| until.map(|until| until.saturating_sub(now));
        let ttl = until
            .map(left)
            .reduce(|a, b| Some(a?.max(b?)))
            .unwrap_or(Some(1000));
        let head = Head {
            number,
            after: 0,
            is_last: false,
            ttl: ttl.map(|ttl| Duration::from_millis(ttl.max(1000))),
            lease: Duration::from_secs(1),
            writer: format!("migration {}", shelf.mark).into(),
            instance: "migration".into(),
            family: (&*shelf.name).into(),
            declared: &declared,
            help: (&*shelf.help).into(),
            unit: (&*shelf.unit).into(),
        };
        let mut text = format!("#{number} 0 ");
        head.write_rest(&mut text);
        text.extend(step.iter().map(|(line, _)| &**line));
        let all: Vec<_> = chunks(&text).collect();
        for verdict in backend.apply(&all) {
            match verdict {
                Verdict::Applied => {}
                Verdict::Refused(fault) | Verdict::Again(fault) => return Err(fault),
            }
        }
    }
    Ok(())
}

/// A mark that no other migration has.
pub(super) fn mark(now: Duration) -> String {
    escape(&format!("{}", now.as_nanos()))
}
