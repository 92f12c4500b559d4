//! Labels that `VictoriaMetrics` adds to every series it is sent: the parameter `extra_label`.

use super::url::{Params, Taken};

#[derive(Clone, Debug, Default)]
pub(super) struct ExtraLabels(Vec<(String, String)>);

impl ExtraLabels {
    pub(super) fn push(&mut self, name: &str, value: &str) {
        self.0.push((name.to_owned(), value.to_owned()));
    }

    /// The values of the server's parameter.
    pub(super) fn values(&self) -> Vec<String> {
        let pairs = self.0.iter();
        pairs
            .map(|(name, value)| format!("{name}={value}"))
            .collect()
    }

    /// Takes a parameter of the URL form.
    pub(super) fn set(&mut self, name: &str, value: &str) -> Taken {
        let Some(name) = name.strip_prefix("extra_label.") else {
            return Taken::Unknown;
        };
        self.push(name, value);
        Taken::Yes
    }

    /// Adds the parameters of the URL form.
    pub(super) fn add(&self, params: &mut Params) {
        for (name, value) in &self.0 {
            params.add(&format!("extra_label.{name}"), value);
        }
    }
}
