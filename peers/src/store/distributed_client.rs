//! `prometheus-distributed-client`, in processes of Python.

use std::process::{Command, Stdio};
use std::time::Duration;

use super::redis::Redis;
use super::{Found, Shared};
use crate::Result;

const SCRIPT: &str = include_str!("distributed_client.py");

/// Records with so many processes for so long, first increments and then observations.
pub(super) fn measure(redis: &Redis, processes: usize, time: Duration) -> Result<Shared> {
    let package = super::program("distributed-client")?;
    // `prometheus_distributed_client/__init__.py` in the folder that Python looks in.
    let folder = package.ancestors().nth(2).ok_or("it is in a package")?;
    let output = Command::new("python3")
        // Without the user's own packages, and without writing beside the wheels' files.
        .args(["-s", "-B", "-c", SCRIPT])
        .arg(redis.address().port().to_string())
        .arg(processes.to_string())
        .arg(time.as_secs_f64().to_string())
        .env("PYTHONPATH", folder)
        .stderr(Stdio::inherit())
        .output()?;
    if !output.status.success() {
        return Err(format!("its script: {}", output.status).into());
    }
    let said = String::from_utf8(output.stdout)?;
    Ok(Shared {
        increments: found(&said, "increments", processes)?,
        observations: found(&said, "observations", processes)?,
    })
}

/// Reads `name operations=.. seconds=.. commands=.. reads=..`.
fn found(said: &str, name: &str, processes: usize) -> Result<Found> {
    let line = said.lines().find_map(|line| {
        let (found, values) = line.split_once(' ')?;
        (found == name).then_some(values)
    });
    let value = |name: &str| -> Result<f64> {
        let mut values = line.into_iter().flat_map(|values| values.split(' '));
        let value = values.find_map(|value| value.strip_prefix(name)?.strip_prefix('='));
        Ok(value.ok_or("its script said something else")?.parse()?)
    };
    let operations = value("operations")?;
    Ok(Found {
        per_second: operations / value("seconds")?,
        commands_each: value("commands")? / operations,
        trips_per_second: value("reads")? / value("seconds")? / processes as f64,
    })
}
