//! Paths that are written out.

use ppc::push_metrics;

#[push_metrics(textfile = "")]
fn empty() {}

#[push_metrics(textfile = "/var/lib/node_exporter/")]
fn folder() {}

#[push_metrics(textfile = "textfile:///")]
fn form_without_name() {}

#[push_metrics(textfile = "textfile://var/lib/job.prom")]
fn form_with_host() {}

#[push_metrics(textfile = "file:///var/lib/job.prom")]
fn scheme() {}

#[push_metrics(textfile = 5)]
fn number() {}

fn main() {}
